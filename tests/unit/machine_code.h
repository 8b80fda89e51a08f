/*
 * machine_code.h - a process that may make no machine code.
 *
 * What MemoryDenyWriteExecute= of systemd does, for tests of what happens then.
 */
#ifndef MILLGATE_MACHINE_CODE_H
#define MILLGATE_MACHINE_CODE_H

/*
 * From now on this process can have no new memory that may be run. It cannot be
 * undone, so call it in a child. -1 and errno when the system cannot do that.
 */
int machine_code_deny(void);

#endif
