/* Transfers that the kernel makes whole unless a signal comes: a large write to a pipe, a send, a receive that waits
 * for all of its bytes. Stopped half-way by the agent's signal alone, such a call goes on with the rest, on this
 * machine or the next; the program sees one call. */
#include "runtime.h"

enum { MSG_PEEK_ = 2, MSG_WAITALL_ = 0x100, MSG_NOSIGNAL_ = 0x4000, MSG_WAITFORONE_ = 0x10000 };
enum { SOL_SOCKET_ = 1, SO_TYPE_ = 3, SOCK_STREAM_ = 1, VECTORS_MAX = 1024, MMSG_BYTES = 64 };

struct vector { char *base; uint64_t bytes; };
struct message {
	void *name;
	uint64_t name_bytes; /* a 32-bit length and padding */
	struct vector *parts;
	uint64_t part_count;
	void *control;
	uint64_t control_bytes;
	uint64_t flags;
};

/* Only a stream's receive waits for more than one piece. */
static int waits_for_all(const struct pop_call *call, long flags)
{
	int type = 0, bytes = sizeof type;
	if (!(flags & MSG_WAITALL_) || flags & MSG_PEEK_) return 0;
	return !pop_raw(NR_getsockopt, call->args[0], SOL_SOCKET_, SO_TYPE_, &type, &bytes) && type == SOCK_STREAM_;
}

static uint64_t total(const struct vector *parts, uint64_t count)
{
	uint64_t bytes = 0;
	if (!parts || count > VECTORS_MAX) return 0;
	for (uint64_t i = 0; i < count; i++) bytes += parts[i].bytes;
	return bytes;
}

/* What the call is to transfer, 0 for one that is never continued. */
static uint64_t goal(const struct pop_call *call)
{
	const long *a = call->args;
	switch (call->nr) {
	case NR_write: case NR_pwrite64: case NR_sendto:
		return (uint64_t)a[2];
	case NR_recvfrom: return waits_for_all(call, a[3]) ? (uint64_t)a[2] : 0;
	case NR_sendfile: return (uint64_t)a[3];
	case NR_writev: case NR_pwritev: case NR_pwritev2:
		return total((void *)a[1], (uint64_t)a[2]);
	case NR_sendmsg: case NR_recvmsg: {
		const struct message *message = (void *)a[1];
		if (call->nr == NR_recvmsg && !waits_for_all(call, a[2])) return 0;
		return total(message->parts, message->part_count);
	}
	case NR_sendmmsg: return (uint32_t)a[2];
	case NR_recvmmsg: return a[3] & MSG_WAITFORONE_ ? 0 : (uint32_t)a[2];
	case NR_getrandom: return (uint64_t)a[1];
	default: return 0;
	}
}

/* The rest of the part that the transfer stopped in, made in scratch memory. */
static struct vector *rest_of(struct pop_call *call, const struct vector *parts, uint64_t count)
{
	struct vector *rest = (void *)&call->scratch[8];
	uint64_t skip = call->done, i = 0;
	while (i + 1 < count && skip >= parts[i].bytes) skip -= parts[i++].bytes;
	*rest = (struct vector){ parts[i].base + skip, parts[i].bytes - skip };
	call->piece = rest->bytes;
	return rest;
}

/* Makes the native call begin behind what is done. */
void pop_transfer_advance(struct pop_call *call)
{
	long *native = call->native + 1, done = (long)call->done;
	call->piece = 0;
	if (!done) return;
	switch (call->nr) {
	case NR_getrandom:
		native[0] += done, native[1] -= done;
		break;
	case NR_pwrite64:
		native[3] += done; /* fall through */
	case NR_write: case NR_recvfrom:
		native[1] += done, native[2] -= done;
		break;
	case NR_sendto:
		native[1] += done, native[2] -= done, native[3] |= MSG_NOSIGNAL_;
		break;
	case NR_sendfile:
		native[3] -= done;
		break;
	case NR_pwritev: case NR_pwritev2:
		if (native[3] != -1) native[3] += done; /* fall through */
	case NR_writev:
		native[1] = (long)rest_of(call, (void *)call->args[1], (uint64_t)call->args[2]);
		native[2] = 1;
		break;
	case NR_sendmsg: case NR_recvmsg: {
		/* Descriptors and addresses went with the first piece. */
		const struct message *given = (void *)call->args[1];
		struct message *message = (void *)call->scratch;
		*message = (struct message){ 0, 0, rest_of(call, given->parts, given->part_count), 1, 0, 0, 0 };
		native[1] = (long)message;
		if (call->nr == NR_sendmsg) native[2] |= MSG_NOSIGNAL_;
		break;
	}
	case NR_sendmmsg: case NR_recvmmsg:
		native[1] += done * MMSG_BYTES, native[2] -= done;
		break;
	default:
		break;
	}
}

/* Whether the call must go on with its rest. `undisturbed`: the agent's signal came, and no handler ran. */
int pop_transfer_goes_on(struct pop_call *call, long result, int undisturbed)
{
	if (result <= 0) return 0;
	if (!undisturbed && !(call->piece && (uint64_t)result == call->piece)) return 0;
	uint64_t whole = goal(call);
	if (call->done + (uint64_t)result >= whole) return 0;
	call->done += (uint64_t)result;
	return 1;
}

/* What the program is told: an error behind a part is that part, as from the kernel. */
long pop_transfer_result(const struct pop_call *call, long result)
{
	if (!call->done) return result;
	return (long)call->done + (result > 0 ? result : 0);
}
