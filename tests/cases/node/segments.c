// System V shared memory that must survive a checkpoint: `segments KEY` attaches a segment of that key twice, once read-only, and
// one without a name that has been removed; a child has both, too. Says "ready" and the number of the first, and looks again
// after a line of input. Segments of a program that ends by itself are removed by it.
#include <stdlib.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include "check.h"

enum { BYTES = 3 << 20, ODD = 5000 };

int main(int argc, char **argv)
{
	if (argc != 2) return 64;
	key_t key = (key_t)strtol(argv[1], 0, 0);
	int named = shmget(key, BYTES, IPC_CREAT | IPC_EXCL | 0640), removed = shmget(IPC_PRIVATE, ODD, 0600);
	MUST(named >= 0 && removed >= 0);
	char *memory = shmat(named, 0, 0), *again = shmat(named, 0, SHM_RDONLY), *secret = shmat(removed, 0, 0);
	MUST(memory != (void *)-1 && again != (void *)-1 && secret != (void *)-1 && !shmctl(removed, IPC_RMID, 0));
	strcpy(memory + (2 << 20), "in the middle");
	strcpy(secret + ODD - 10, "at end");
	int go[2], status;
	MUST(!pipe(go));
	pid_t child = fork();
	if (!child) {
		char word;
		if (read(go[0], &word, 1) != 1) _exit(1);
		strcpy(memory, "from the child");
		if (strcmp(secret + ODD - 10, "at end")) _exit(2);
		strcpy(secret, "too");
		_exit(7);
	}
	printf("ready %d\n", named);
	fflush(stdout);
	char line[32];
	if (!fgets(line, sizeof line, stdin)) _exit(3);
	CHECK(!strcmp(again + (2 << 20), "in the middle"));
	CHECK(!strcmp(secret + ODD - 10, "at end"));
	IS(write(go[1], "x", 1), 1);
	IS(waitpid(child, &status, 0), child);
	IS(status, 7 << 8);
	CHECK(!strcmp(memory, "from the child") && !strcmp(again, "from the child"));
	CHECK(!strcmp(secret, "too"));
	struct shmid_ds facts;
	IS(shmget(key, 0, 0), named);
	IS(shmctl(named, IPC_STAT, &facts), 0);
	IS(facts.shm_segsz, BYTES);
	IS(facts.shm_perm.mode & 0777, 0640);
	IS(facts.shm_nattch, 2);
	IS(shmctl(removed, IPC_STAT, &facts), 0);
	CHECK(facts.shm_perm.mode & SHM_DEST);
	IS(facts.shm_segsz, ODD);
	IS(shmdt(secret), 0);
	IS(shmctl(removed, IPC_STAT, &facts), -1);
	IS(shmctl(named, IPC_RMID, 0), 0);
	puts(failures ? "FAIL" : "PASS");
	return failures != 0;
}
