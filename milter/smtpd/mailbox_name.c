/*
 * mailbox_name.c - the name of the folder that is an address's mailbox.
 *
 * Letters in small, what a file name should not have as %XX. Two addresses have
 * the same name only when they differ in nothing but the case of letters. What
 * would be longer than a file name may be is cut, and a hash of the whole
 * follows; there two addresses may meet in one folder, where Delivered-To still
 * tells whose a message is.
 */
#include "config.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "milter/smtpd/maildir.h"

/* "%-" stands nowhere in a name that was not cut. */
#define TAIL_FORMAT "%%-%016" PRIx64
#define TAIL_MAX 18

static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr("@._+=-", c) != NULL);
}

/* FNV-1a: the folder of an address stays the same for ever, on any machine. */
static uint64_t
hash(struct span address)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < address.len; i++) {
		h ^= (unsigned char)ascii_lower(address.ptr[i]);
		h *= UINT64_C(0x100000001b3);
	}
	return h;
}

void
maildir_name(struct span address, char name[MAILBOX_NAME_MAX])
{
	size_t len = 0, cut = 0;

	for (size_t i = 0; i < address.len; i++) {
		char c = ascii_lower(address.ptr[i]);
		bool plain = is_plain(c) && (c != '.' || i > 0);

		if (len + (plain ? 1 : 3) >= MAILBOX_NAME_MAX) {
			snprintf(name + cut, MAILBOX_NAME_MAX - cut,
			    TAIL_FORMAT, hash(address));
			return;
		}
		if (plain)
			name[len++] = c;
		else
			len += (size_t)snprintf(name + len,
			    MAILBOX_NAME_MAX - len, "%%%02X",
			    (unsigned char)c);
		if (len + TAIL_MAX < MAILBOX_NAME_MAX)
			cut = len;
	}
	name[len] = '\0';
}
