/*
 * queue.h - messages on disk that wait to be relayed.
 *
 * A message is one file in the folder `active`, written in `tmp` and renamed
 * when it is durable. It holds the envelope, then the message as it is. Which
 * recipients are done, how often was tried and when the next try is due stands
 * in a second, small file that is replaced as a whole. What is over is removed;
 * what could not be delivered leaves a report in `bounced`, which nobody sends.
 *
 * Any file may be cut off or not be ours; such a one is told of and left alone.
 * The functions that write may be called from any thread, for different
 * messages at the same time.
 */
#ifndef MILLGATE_SMTPD_QUEUE_H
#define MILLGATE_SMTPD_QUEUE_H

#include "smtp_session.h"

struct queue;

/* The folder DIR and those in it are made when they are missing. One process
 * has it at a time. NULL: see ERROR. */
struct queue *queue_open(const char *dir, struct error *error);
void queue_close(struct queue *q);

/* Put MESSAGE into the queue; SMTP_DELIVERED when it is on stable storage. */
enum smtp_delivery queue_put(struct queue *q,
    const struct smtp_message *message, struct error *error);

#endif
