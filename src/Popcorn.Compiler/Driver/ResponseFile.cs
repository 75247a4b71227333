using System.Text;

namespace Popcorn.Compiler.Driver;

/// <summary>
/// Replaces <c>@file</c> arguments by the file's words, as gcc and clang do: white space separates, single and double
/// quotes group, a backslash quotes the next character, and the words may name further files.
/// </summary>
internal static class ResponseFile
{
    // A file that names itself would never end; build systems nest once at most.
    private const int DepthMax = 16;

    public static List<string> Expand(IEnumerable<string> arguments)
    {
        List<string> expanded = [];
        foreach (string argument in arguments)
            Append(argument, depth: 0, expanded);
        return expanded;
    }

    private static void Append(string argument, int depth, List<string> expanded)
    {
        // Like gcc: an @ word that names no file is an ordinary argument.
        if (argument.Length < 2 || argument[0] != '@' || !File.Exists(argument[1..]))
        {
            expanded.Add(argument);
            return;
        }

        if (depth == DepthMax)
            throw new DriverException($"response files are nested deeper than {DepthMax}: '{argument}'");
        foreach (string word in Words(File.ReadAllText(argument[1..])))
            Append(word, depth + 1, expanded);
    }

    internal static List<string> Words(string text)
    {
        List<string> words = [];
        StringBuilder word = new();
        bool inWord = false;
        char quote = '\0';
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\\' && quote != '\'' && i + 1 < text.Length)
            {
                word.Append(text[++i]);
                inWord = true;
            }
            else if (quote != '\0')
            {
                if (c == quote)
                    quote = '\0';
                else
                    word.Append(c);
            }
            else if (c is '\'' or '"')
            {
                quote = c;
                inWord = true;
            }
            else if (char.IsWhiteSpace(c))
            {
                if (inWord)
                    words.Add(word.ToString());
                word.Clear();
                inWord = false;
            }
            else
            {
                word.Append(c);
                inWord = true;
            }
        }

        if (inWord)
            words.Add(word.ToString());
        return words;
    }
}
