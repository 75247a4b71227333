/* POPCORN_RUN (contracts.md, section 8): a program that nobody supervises starts again below a supervisor. */
#include "runtime.h"

/* A supervisor inherits the program's limit of descriptors; with its runtime's and a move's it needs some forty. */
enum { RLIMIT_NOFILE_ = 7, DESCRIPTORS_MIN = 64 };

#define WORDS_MAX 64l
#define PATH_BYTES 4096l
#define NAME "POPCORN_RUN="

static const char *value_of(char *const *envp, const char *name)
{
	for (; *envp; envp++) {
		const char *text = *envp, *want = name;
		while (*want && *text == *want) text++, want++;
		if (!*want) return text;
	}
	return 0;
}

/* POPCORN_RUN holds a command, one word a line. It gets --argv0 NAME -- PATH and the program's arguments. */
void pop_supervise(long argc, char **argv, char **envp)
{
	const char *command = value_of(envp, NAME);
	if (!command || !*command) return;
	uint64_t limit[2] = { 0, 0 };
	if (!pop_raw(NR_prlimit64, 0, RLIMIT_NOFILE_, 0, limit) && limit[0] < DESCRIPTORS_MIN) return;
	uint64_t text_bytes = 1;
	while (command[text_bytes - 1]) text_bytes++;
	uint64_t bytes = PATH_BYTES + text_bytes + (uint64_t)(argc + WORDS_MAX + 8) * sizeof(char *);
	long at = pop_raw(NR_mmap, 0, bytes, PROT_READ_ | PROT_WRITE_, MAP_PRIVATE_ | MAP_ANONYMOUS_, -1, 0);
	if (pop_failed(at)) pop_die("no memory to start what POPCORN_RUN names");
	char **words = (char **)at, **word = words;
	char *path = (char *)(words + argc + WORDS_MAX + 8), *text = path + PATH_BYTES;
	long length = pop_raw(NR_readlinkat, AT_FDCWD_, "/proc/self/exe", path, PATH_BYTES - 1);
	if (pop_failed(length)) pop_die("cannot find out the program's path for POPCORN_RUN");
	pop_copy(text, command, text_bytes);
	*word++ = text;
	for (; *text; text++) {
		if (*text != '\n') continue;
		*text = 0;
		if (word - words == WORDS_MAX) pop_die("POPCORN_RUN has too many words");
		*word++ = text + 1;
	}
	*word++ = "--argv0";
	*word++ = argc > 0 ? argv[0] : path;
	*word++ = "--";
	*word++ = path;
	for (long i = 1; i < argc; i++) *word++ = argv[i];
	pop_raw(NR_execve, words[0], words, envp);
	pop_die("cannot start what POPCORN_RUN names");
}
