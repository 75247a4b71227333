// The kernel's own headers beside libc's: programs that talk to the kernel include them, libc's <sys/kd.h> does too.
#include <linux/falloc.h>
#include <linux/netlink.h>
#include <linux/version.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/kd.h>
#include <sys/socket.h>
#include <unistd.h>

_Static_assert(LINUX_VERSION_CODE >= KERNEL_VERSION(5, 0, 0), "headers of this age");
_Static_assert(sizeof(struct nlmsghdr) == 16 && sizeof(struct sockaddr_nl) == 12, "netlink");

int main(void)
{
    int ends[2], total = 0;
    if (pipe(ends)) return 1;
    for (int i = 0; i < 200; i++) {
        int waiting = -1;
        struct kbentry entry = { .kb_table = (unsigned char)i };
        if (write(ends[1], &entry, sizeof entry) != sizeof entry || ioctl(ends[0], FIONREAD, &waiting)) return 2;
        if (waiting != sizeof entry || read(ends[0], &entry, sizeof entry) != sizeof entry) return 3;
        total += entry.kb_table;
    }
    printf("%d %d\n", total, FALLOC_FL_PUNCH_HOLE);
    return 0;
}
