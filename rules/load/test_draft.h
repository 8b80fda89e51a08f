/*
 * test_draft.h - what the readers of `tests:` share.
 *
 * Tests are read into the policy's own recording, which keeps copies of all.
 */
#ifndef MILLGATE_TEST_DRAFT_H
#define MILLGATE_TEST_DRAFT_H

#include "recording.h"
#include "rules/load/load.h"

/* The recording of the policy, made when it is not there yet. */
struct recording *tests_recording(struct loader *l);

/* SIZE cleared bytes, and copies, that live as long as it. */
void *tests_alloc(struct loader *l, size_t count, size_t size);
struct span tests_copy(struct loader *l, struct span s);

/* A record at the end of S, for what stands at N. */
struct record *tests_add(struct loader *l, struct recorded_session *s,
    enum record_kind kind, const struct node *n);

/*
 * Call READ for the scalar N, or for each of the list N. -1: it returned that
 * for one.
 */
int tests_each(struct loader *l, struct node *n,
    int (*read)(struct loader *l, struct node *n, void *target),
    void *target);

/* `client`, `macros` and `time` of TEST, or what stands for them. */
int tests_read_client(struct loader *l, const struct node *test,
    struct recorded_session *s);

/* Is TEXT a verdict as rules give it? */
bool tests_find_verdict(struct span text, enum verdict_kind *kind);

/*
 * What is expected behind the key of verdict KIND: a reply or parts of one, or
 * "true". -1: reported.
 */
int tests_read_reply(struct loader *l, struct node *n, enum verdict_kind kind,
    struct reply *reply);

/* `expect:` of a whole session: records at the end of S. */
int tests_read_expect(struct loader *l, struct node *n,
    struct recorded_session *s);

/*
 * The message of the test N, as its client means it, into OUT: out of
 * `headers` and `body`, or of `message`.
 */
int tests_read_message(struct loader *l, const struct node *n,
    struct buffer *out);

#endif
