/*
 * kill_mail.c - messages of which the number tells where they have to be.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/faults/kill_mail.h"

#define EPOCH 4		/* rounds; then there are new mailboxes */

uint32_t
kill_random(void)
{
	static uint64_t state = UINT64_C(0x9e3779b97f4a7c15);

	state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(state >> 33);
}

static bool
is_held(uint32_t number)
{
	return number % 7 == 0;
}

static unsigned
recipients_of(uint32_t number)
{
	return number % 3 == 0 ? KILL_RECIPIENTS : 1;
}

bool
kill_goes_to(uint32_t number, unsigned box)
{
	if (box == KILL_HELD || is_held(number))
		return box == KILL_HELD && is_held(number);
	return (box + KILL_BOXES - number % KILL_BOXES) % KILL_BOXES <
	    recipients_of(number);
}

void
kill_address(unsigned round, unsigned box, char address[KILL_ADDRESS_MAX])
{
	snprintf(address, KILL_ADDRESS_MAX, "b%u.%u@x", box, round / EPOCH);
}

/* A sum of TEXT, as if its lines ended in LF. */
static uint32_t
sum(struct span text)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] != '\r')
			h = (h ^ (unsigned char)text.ptr[i]) * 16777619u;
	}
	return h;
}

/* Mostly small, now and then large. */
static struct span
make_body(struct kill_mail *m)
{
	size_t len = kill_random() %
	    (m->number % 16 == 0 ? KILL_BODY_MAX : 65536);

	for (size_t i = 0; i < len; i++)
		m->body[i] = (char)('a' + (m->number + i) % 26);
	for (size_t i = 70; i + 1 < len; i += 72)
		memcpy(m->body + i, "\r\n", 2);
	return span_make(m->body, len);
}

void
kill_mail_make(struct kill_mail *m, unsigned round, uint32_t number)
{
	m->number = number;
	m->message = (struct smtp_message){
		.queue_id = span_of("kill"),
		.sender = span_of("bob@friend.example"),
		.recipients = m->recipients,
		.recipient_count = recipients_of(number),
		.quarantined = is_held(number),
		.body = make_body(m),
	};
	for (unsigned i = 0; i < recipients_of(number); i++) {
		kill_address(round, (number + i) % KILL_BOXES,
		    m->addresses[i]);
		m->recipients[i] = span_of(m->addresses[i]);
	}
	snprintf(m->header, sizeof m->header, "Subject: %u %u %x\r\n\r\n",
	    round, (unsigned)number, sum(m->message.body));
	m->message.header = span_of(m->header);
}

bool
kill_mail_read(struct span text, const char *name, unsigned round,
    unsigned box, uint32_t *number)
{
	const char *size = strstr(name, ",S=");
	const char *subject = strstr(text.ptr, "\nSubject: ");
	const char *body = strstr(text.ptr, "\n\n");
	unsigned of_round, found, want;
	char to[KILL_ADDRESS_MAX + 16] = "\nDelivered-To: ";

	if (size == NULL || strtoul(size + 3, NULL, 10) != text.len)
		return false;
	if (subject == NULL || body == NULL || sscanf(subject,
	    "\nSubject: %u %u %x\n", &of_round, &found, &want) != 3)
		return false;
	if (box != KILL_HELD)
		kill_address(round, box, to + strlen(to));
	if (strstr(text.ptr, to) == NULL || of_round != round ||
	    !kill_goes_to(found, box))
		return false;
	*number = found;
	return sum(span_skip(text, (size_t)(body + 2 - text.ptr))) == want;
}
