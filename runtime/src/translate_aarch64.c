/* AArch64 differs from the asm-generic ABI in four open flags. */
#include "runtime.h"

enum { F_GETFL_ = 3, F_SETFL_ = 4 };
#define MOVED 0740000l /* the four bits together, in either encoding */

/* asm-generic -> AArch64; the other way round each is the inverse of its own line. */
#define G_DIRECT 040000l
#define G_LARGEFILE 0100000l
#define G_DIRECTORY 0200000l
#define G_NOFOLLOW 0400000l
#define A_DIRECTORY 040000l
#define A_NOFOLLOW 0100000l
#define A_DIRECT 0200000l
#define A_LARGEFILE 0400000l

long pop_open_flags_to_native(long flags)
{
	return (flags & ~MOVED) | (flags & G_DIRECT ? A_DIRECT : 0) | (flags & G_LARGEFILE ? A_LARGEFILE : 0)
		| (flags & G_DIRECTORY ? A_DIRECTORY : 0) | (flags & G_NOFOLLOW ? A_NOFOLLOW : 0);
}

static long to_generic(long flags)
{
	return (flags & ~MOVED) | (flags & A_DIRECT ? G_DIRECT : 0) | (flags & A_LARGEFILE ? G_LARGEFILE : 0)
		| (flags & A_DIRECTORY ? G_DIRECTORY : 0) | (flags & A_NOFOLLOW ? G_NOFOLLOW : 0);
}

void pop_translate_before(struct pop_call *call)
{
	long *native = call->native + 1;
	switch (call->nr) {
	case NR_openat:
	case NR_open_by_handle_at:
		native[2] = pop_open_flags_to_native(native[2]);
		break;
	case NR_pipe2:
	case NR_fanotify_init:
		native[1] = pop_open_flags_to_native(native[1]);
		break;
	case NR_openat2:
		/* struct open_how: flags first. */
		if (native[2] && native[3] >= 24 && native[3] <= (long)sizeof call->scratch) {
			pop_copy(call->scratch, (void *)native[2], (size_t)native[3]);
			call->scratch[0] = (uint64_t)pop_open_flags_to_native((long)call->scratch[0]);
			native[2] = (long)call->scratch;
		}
		break;
	case NR_fcntl:
		if (native[1] == F_SETFL_) native[2] = pop_open_flags_to_native(native[2]);
		break;
	default:
		break;
	}
}

long pop_translate_after(struct pop_call *call, long result)
{
	if (call->nr == NR_fcntl && call->args[1] == F_GETFL_ && result >= 0) return to_generic(result);
	return result;
}
