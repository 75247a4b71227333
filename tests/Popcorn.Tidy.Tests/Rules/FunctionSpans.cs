using System.Text;
using System.Text.RegularExpressions;

namespace Popcorn.Tidy.Tests.Rules;

/// <summary>Finds functions by counting braces: a block directly inside a type whose header has a parameter list.
/// Strings, characters and comments are blanked first.</summary>
internal static partial class FunctionSpans
{
    internal static IEnumerable<(string Name, int Line, int LineCount)> Of(SourceFile file)
    {
        string code = Blank(file.Text);
        // Per open brace: whether it opens a type, and the function it opens, if any.
        Stack<(bool IsType, string? Function, int Line)> open = [];
        StringBuilder header = new();
        int line = 1;
        int headerLine = 1;
        foreach (char c in code)
        {
            switch (c)
            {
                case '{':
                    string text = header.ToString();
                    bool isType = TypeHeader().IsMatch(text);
                    Match name = FunctionName().Match(text);
                    bool isFunction = !isType && name.Success && (open.Count == 0 || open.Peek().IsType);
                    open.Push((isType, isFunction ? name.Groups[1].Value : null, headerLine));
                    header.Clear();
                    break;
                case '}':
                    if (open.TryPop(out (bool IsType, string? Function, int Line) closed)
                        && closed.Function is not null)
                    {
                        yield return (closed.Function, closed.Line, line - closed.Line + 1);
                    }
                    header.Clear();
                    break;
                case ';':
                    header.Clear();
                    break;
                case '\n':
                    line++;
                    header.Append(' ');
                    break;
                default:
                    if (header.Length == 0 || string.IsNullOrWhiteSpace(header.ToString()))
                        headerLine = line;
                    header.Append(c);
                    break;
            }
        }
    }

    /// <summary>The text with string and character contents and comments replaced by spaces, line for line.</summary>
    private static string Blank(string text) =>
        Literals().Replace(text, match => new string([.. match.Value.Select(c => c == '\n' ? '\n' : ' ')]));

    [GeneratedRegex("\"\"\"[\\s\\S]*?\"\"\"|//[^\\n]*|/\\*[\\s\\S]*?\\*/|@\"(?:[^\"]|\"\")*\""
        + "|\"(?:\\\\.|[^\"\\\\\\n])*\"|'(?:\\\\.|[^'\\\\\\n])+'")]
    private static partial Regex Literals();

    [GeneratedRegex(@"\b(class|struct|interface|enum|record|namespace)\b(?!\s*\()")]
    private static partial Regex TypeHeader();

    [GeneratedRegex(@"([\w.]+)\s*(<[^()]*>)?\s*\(")]
    private static partial Regex FunctionName();
}
