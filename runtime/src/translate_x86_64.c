/* x86-64's own structures: stat, epoll_event and semid64_ds (docs/internals/syscalls.md has the comparison). */
#include "runtime.h"

struct generic_stat {
	uint64_t device, inode;
	uint32_t mode, links, uid, gid;
	uint64_t special, pad1;
	int64_t bytes;
	int32_t block_bytes, pad2;
	int64_t blocks, times[6];
	uint32_t unused[2];
};

struct native_stat {
	uint64_t device, inode, links;
	uint32_t mode, uid, gid, pad0;
	uint64_t special;
	int64_t bytes, block_bytes, blocks, times[6], unused[3];
};

_Static_assert(sizeof(struct generic_stat) == 128 && sizeof(struct native_stat) == 144, "stat");

struct generic_event { uint32_t events, pad; uint64_t data; };
struct native_event { uint32_t events; uint64_t data; } __attribute__((packed));

#define EVENTS_MAX 0x7fffffffl
enum { SEM_STAT_ = 18, SEM_STAT_ANY_ = 20, IPC_SET_ = 1, IPC_STAT_ = 2 };

long pop_open_flags_to_native(long flags) { return flags; }

void pop_translate_before(struct pop_call *call)
{
	_Static_assert(sizeof(struct native_stat) <= sizeof call->scratch, "scratch");
	long *native = call->native + 1;
	switch (call->nr) {
	case NR_fstat:
		if (native[1]) native[1] = (long)call->scratch;
		break;
	case NR_newfstatat:
		if (native[2]) native[2] = (long)call->scratch;
		break;
	case NR_epoll_ctl:
		if (native[3]) {
			const struct generic_event *event = (void *)native[3];
			*(struct native_event *)call->scratch = (struct native_event){ event->events, event->data };
			native[3] = (long)call->scratch;
		}
		break;
	case NR_semctl:
		/* struct semid64_ds: x86-64 pads each time to 16 bytes. */
		if (native[2] == IPC_SET_ && native[3]) {
			pop_copy(call->scratch, (void *)native[3], 48);
			native[3] = (long)call->scratch;
		} else if (native[2] == IPC_STAT_ || native[2] == SEM_STAT_ || native[2] == SEM_STAT_ANY_) {
			native[3] = (long)call->scratch;
		}
		break;
	default:
		break;
	}
}

static void stat_to_generic(struct generic_stat *to, const struct native_stat *from)
{
	to->device = from->device;
	to->inode = from->inode;
	to->mode = from->mode;
	to->links = (uint32_t)from->links;
	to->uid = from->uid;
	to->gid = from->gid;
	to->special = from->special;
	to->pad1 = 0;
	to->bytes = from->bytes;
	to->block_bytes = (int32_t)from->block_bytes;
	to->pad2 = 0;
	to->blocks = from->blocks;
	for (int i = 0; i < 6; i++) to->times[i] = from->times[i];
	to->unused[0] = to->unused[1] = 0;
}

/* Backwards: each entry grows from 12 to 16 bytes in the same buffer. */
static void events_to_generic(void *buffer, long count)
{
	const struct native_event *from = buffer;
	struct generic_event *to = buffer;
	while (count-- > 0) {
		struct native_event event = from[count];
		to[count].events = event.events;
		to[count].pad = 0;
		to[count].data = event.data;
	}
}

long pop_translate_after(struct pop_call *call, long result)
{
	if (result < 0) return result;
	switch (call->nr) {
	case NR_fstat:
		if (call->args[1]) stat_to_generic((void *)call->args[1], (void *)call->scratch);
		break;
	case NR_newfstatat:
		if (call->args[2]) stat_to_generic((void *)call->args[2], (void *)call->scratch);
		break;
	case NR_epoll_pwait:
	case NR_epoll_pwait2:
		events_to_generic((void *)call->args[1], result);
		break;
	case NR_semctl:
		if (call->args[2] == IPC_STAT_ || call->args[2] == SEM_STAT_ || call->args[2] == SEM_STAT_ANY_) {
			uint64_t *to = (uint64_t *)call->args[3];
			pop_copy(to, call->scratch, 48);  /* sem_perm */
			to[6] = call->scratch[6];         /* sem_otime */
			to[7] = call->scratch[8];         /* sem_ctime */
			to[8] = call->scratch[10];        /* sem_nsems */
		}
		break;
	default:
		break;
	}
	return result;
}
