/*
 * macros.h - the symbols that go with each event, as Postfix sends them.
 *
 * Some are the session's own, set while it goes on and forgotten when what they
 * tell is over; others are given from outside and stand above those. Postfix
 * 3.7 sends each with the step that makes it known, and libmilter keeps it for
 * the later ones, so an event shows all that are known. One thread.
 */
#ifndef MILLGATE_SMTP_MACROS_H
#define MILLGATE_SMTP_MACROS_H

#include "event.h"

/* The session's own, in the order in which they become known. */
enum smtp_macro {
	MACRO_J,		/* our name */
	MACRO_CLIENT,		/* _: "name [address]" */
	MACRO_V,		/* our software */
	MACRO_DAEMON_NAME,
	MACRO_DAEMON_ADDR,
	MACRO_AUTH_TYPE,
	MACRO_AUTH_AUTHEN,
	MACRO_AUTH_AUTHOR,
	MACRO_MAIL_ADDR,
	MACRO_MAIL_HOST,
	MACRO_MAIL_MAILER,
	MACRO_I,		/* the name of the message */
	MACRO_RCPT_ADDR,
	MACRO_RCPT_HOST,
	MACRO_RCPT_MAILER,
	MACRO_OWN
};

#define MACROS_GIVEN_MAX 256
#define MACROS_TEXT_MAX (1 << 20)

struct smtp_macros {
	struct span own[MACRO_OWN];	/* ptr NULL: not known. Borrowed. */
	char *text;			/* of all that were given */
	size_t given;			/* how many, at the front of at[] */
	size_t count;			/* all */
	bool stale;			/* own[] is newer than at[] */
	struct macro at[MACROS_GIVEN_MAX + MACRO_OWN];
};

/* VALUE becomes known; it must live until it is forgotten. */
void smtp_macros_set(struct smtp_macros *m, enum smtp_macro name,
    struct span value);

/* Forget the session's own from FIRST to LAST. */
void smtp_macros_forget(struct smtp_macros *m, enum smtp_macro first,
    enum smtp_macro last);

/* The value that is shown for NAME; ptr NULL when there is none. */
struct span smtp_macros_value(struct smtp_macros *m, enum smtp_macro name);

/*
 * Take COUNT macros from outside; those of the same name give way. -1: there
 * are too many, or no memory; nothing has changed then.
 */
int smtp_macros_give(struct smtp_macros *m, const struct macro *macros,
    size_t count);

/* All that are known, in at[] and count. */
void smtp_macros_update(struct smtp_macros *m);

/* Free what was given. A zeroed set may be released. */
void smtp_macros_release(struct smtp_macros *m);

#endif
