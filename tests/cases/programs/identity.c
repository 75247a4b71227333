// flags: -O2
// args: one "two three" ""
// stdin: alpha\nbeta\ngamma\n
// What a process may not notice of a move: its pid, arguments, environment, standard input read half way.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    pid_t pid = getpid();
    setenv("POPCORN_TEST_VALUE", "kept", 1);
    char line[64];
    int same = 0;
    for (int i = 0; fgets(line, sizeof line, stdin); i++) {
        printf("%d %s", i, line);
        for (int k = 0; k < 20; k++)
            same += getpid() == pid;
    }
    printf("%d", argc);
    for (int i = 1; i < argc; i++)
        printf(" <%s>", argv[i]);
    printf("\n%s %d %d\n", getenv("POPCORN_TEST_VALUE"), same, getenv("POPCORN_CONTROL") == NULL);
    return same == 60 ? 0 : 1;
}
