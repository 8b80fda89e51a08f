/*
 * mail_facts.h - what a fact of a message is, and what a rule makes of it.
 */
#ifndef MILLGATE_TEST_MAIL_FACTS_H
#define MILLGATE_TEST_MAIL_FACTS_H

#include "span.h"

/*
 * The values of FACT in MESSAGE, as mail_script() takes it, each in brackets:
 * "[one][two]"; "" when there is none. SETTINGS is what stands in the braces of
 * `settings: {}`. Behind them stands " cut" or " lost" where a limit was hit.
 * Lasts until the next call. For one thread.
 */
const char *mail_facts(const char *settings, const char *fact,
    struct span message);

/*
 * What a rule `when: {CONDITION}` comes to for MESSAGE: "yes", "no", or why it
 * has failed.
 */
const char *mail_answer(const char *settings, const char *condition,
    struct span message);

#endif
