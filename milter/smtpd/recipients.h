/*
 * recipients.h - whom a message is for, each once.
 *
 * A client may name somebody twice, and a filter add who is there already; a
 * store delivers nobody a second copy.
 */
#ifndef MILLGATE_SMTPD_RECIPIENTS_H
#define MILLGATE_SMTPD_RECIPIENTS_H

#include "smtp_session.h"

/*
 * The recipients of M in their order, *COUNT of them; of those that differ only
 * in the case of ASCII letters the first one. To be freed; they point into M.
 * NULL: there is no memory. Any thread.
 */
const struct span **recipients_once(const struct smtp_message *m,
    size_t *count);

#endif
