// flags: -O2
// Regular files across moves: offsets, append mode, dup'ed offsets, an unlinked open file, directory and umask.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void)
{
    char dir[] = "/tmp/popcorn-files-XXXXXX";
    if (!mkdtemp(dir) || chdir(dir) != 0)
        return 1;
    umask(027);
    FILE *out = fopen("lines", "w+");
    int append = open("log", O_CREAT | O_WRONLY | O_APPEND, 0666);
    int twin = dup(append);
    int hidden = open("hidden", O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    unlink("hidden");
    for (int i = 0; i < 40; i++) {
        fprintf(out, "line %d\n", i);
        char text[16];
        int n = snprintf(text, sizeof text, "%d,", i);
        if (write(i % 2 ? append : twin, text, (size_t)n) != n || write(hidden, text, (size_t)n) != n)
            return 2;
    }
    rewind(out);
    unsigned sum = 0;
    for (int c; (c = getc(out)) != EOF; )
        sum = sum * 31 + (unsigned)c;
    fclose(out);
    char all[256];
    long n = pread(hidden, all, sizeof all - 1, 0);
    all[n] = 0;
    struct stat st, st2;
    fstat(append, &st);
    stat("log", &st2);
    char cwd[100];
    printf("%u\n%s\n%ld %ld %o %d %d %d\n", sum, all, (long)st.st_size, (long)lseek(hidden, 0, SEEK_CUR), st.st_mode & 0777,
        st.st_ino == st2.st_ino, fcntl(hidden, F_GETFD) & FD_CLOEXEC, !strcmp(getcwd(cwd, sizeof cwd), dir));
    unlink("lines");
    unlink("log");
    rmdir(dir);
    return 0;
}
