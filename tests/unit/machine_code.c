/*
 * machine_code.c - deny memory that may be run, by a seccomp filter.
 *
 * Linux has had prctl(PR_SET_MDWE) since 6.3 only; the filter is older. It
 * refuses one thing, mmap() with PROT_EXEC, and allows all the rest: the tests
 * load no library later.
 *
 * Failure: -1, elsewhere than on Linux always.
 */
#include "config.h"

#include <errno.h>

#include "tests/unit/machine_code.h"

#ifdef __linux__

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#ifdef SYS_mmap2
#define MMAP SYS_mmap2
#else
#define MMAP SYS_mmap
#endif

/* The half of mmap()'s third argument that has PROT_EXEC in it. */
#define PROTECTION (offsetof(struct seccomp_data, args[2]) + \
	(__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0))

int
machine_code_deny(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MMAP, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, PROTECTION),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof code / sizeof code[0], code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

#else

int
machine_code_deny(void)
{
	errno = ENOSYS;
	return -1;
}

#endif
