/*
 * fact.c - the table of facts.
 *
 * Pure data and two look-ups in it; used at load time only.
 */
#include "config.h"

#include "rules/engine/fact.h"
#include "rules/engine/learn.h"

#define CONNECTION(type) type, FACT_CONNECTION, FAMILY_NONE
#define RECIPIENT(type)	PHASE_RCPT, type, FACT_PER_RECIPIENT, FAMILY_NONE

static const struct fact_kind fact_table[] = {
	{ "client.ip", PHASE_CONNECT, CONNECTION(FACT_IP), learn_client_ip,
	  NULL },
	{ "client.name", PHASE_CONNECT, CONNECTION(FACT_NAME),
	  learn_client_name, NULL },
	{ "client.port", PHASE_CONNECT, CONNECTION(FACT_NUMBER),
	  learn_client_port, NULL },
	{ "client.country", PHASE_CONNECT, CONNECTION(FACT_TEXT), NULL, NULL },
	{ "client.asn", PHASE_CONNECT, CONNECTION(FACT_NUMBER), NULL, NULL },
	{ "helo", PHASE_HELO, CONNECTION(FACT_NAME), learn_helo, NULL },
	{ "sender", PHASE_MAIL, FACT_ADDRESS, 0, FAMILY_NONE, learn_sender,
	  NULL },
	{ "sender.local", PHASE_MAIL, FACT_TEXT, 0, FAMILY_NONE,
	  learn_sender_local, NULL },
	{ "sender.domain", PHASE_MAIL, FACT_NAME, 0, FAMILY_NONE,
	  learn_sender_domain, NULL },
	{ "sender.params", PHASE_MAIL, FACT_TEXT, FACT_MANY,
	  FAMILY_SENDER_PARAMS, learn_sender_params, NULL },
	{ "sender.size", PHASE_MAIL, FACT_NUMBER, 0, FAMILY_NONE,
	  learn_sender_size, NULL },
	{ "auth.user", PHASE_MAIL, CONNECTION(FACT_TEXT), learn_macro,
	  "auth_authen" },
	{ "auth.method", PHASE_MAIL, CONNECTION(FACT_TEXT), learn_macro,
	  "auth_type" },
	{ "tls.version", PHASE_MAIL, CONNECTION(FACT_TEXT), learn_macro,
	  "tls_version" },
	{ "tls.cipher", PHASE_MAIL, CONNECTION(FACT_TEXT), learn_macro,
	  "cipher" },
	{ "tls.subject", PHASE_MAIL, CONNECTION(FACT_TEXT), learn_macro,
	  "cert_subject" },
	{ "tls.verified", PHASE_MAIL, CONNECTION(FACT_BOOLEAN),
	  learn_tls_verified, "verify" },
	{ "recipient", RECIPIENT(FACT_ADDRESS), learn_recipient, NULL },
	{ "recipient.local", RECIPIENT(FACT_TEXT), learn_recipient_local,
	  NULL },
	{ "recipient.domain", RECIPIENT(FACT_NAME), learn_recipient_domain,
	  NULL },
	{ "recipient.params", PHASE_RCPT, FACT_TEXT,
	  FACT_PER_RECIPIENT | FACT_MANY, FAMILY_RECIPIENT_PARAMS,
	  learn_recipient_params, NULL },
	{ "recipient.position", RECIPIENT(FACT_NUMBER),
	  learn_recipient_position, NULL },
	{ "recipients", PHASE_DATA, FACT_ADDRESS, FACT_MANY, FAMILY_RECIPIENTS,
	  learn_recipients, NULL },
	{ "recipients.domain", PHASE_DATA, FACT_NAME, FACT_MANY,
	  FAMILY_RECIPIENTS, learn_recipients_domain, NULL },
	{ "recipients.count", PHASE_DATA, FACT_NUMBER, 0, FAMILY_NONE,
	  learn_recipients_count, NULL },
	{ "header", PHASE_EOH, FACT_TEXT, FACT_BY_NAME | FACT_MANY,
	  FAMILY_HEADER, NULL, NULL },
	{ "header_raw", PHASE_EOH, FACT_TEXT,
	  FACT_BY_NAME | FACT_MANY | FACT_FIELDWISE, FAMILY_HEADER,
	  learn_header_raw, NULL },
	{ "header_names", PHASE_EOH, FACT_TEXT, FACT_MANY | FACT_FIELDWISE,
	  FAMILY_NONE,
	  learn_header_names, NULL },
	{ "header_count", PHASE_EOH, FACT_NUMBER, 0, FAMILY_NONE,
	  learn_header_count, NULL },
	{ "address", PHASE_EOH, FACT_ADDRESS, FACT_BY_NAME | FACT_MANY,
	  FAMILY_NONE, NULL, NULL },
	{ "auth_results", PHASE_EOH, FACT_TEXT, FACT_BY_NAME | FACT_MANY,
	  FAMILY_NONE, NULL, NULL },
	{ "body", PHASE_EOM, FACT_TEXT, FACT_MANY, FAMILY_NONE, NULL, NULL },
	{ "body_raw", PHASE_EOM, FACT_TEXT, 0, FAMILY_NONE, learn_body_raw,
	  NULL },
	{ "attachment.name", PHASE_EOM, FACT_TEXT, FACT_MANY, FAMILY_NONE,
	  NULL, NULL },
	{ "attachment.extension", PHASE_EOM, FACT_TEXT, FACT_MANY,
	  FAMILY_NONE, NULL, NULL },
	{ "attachment.type", PHASE_EOM, FACT_TEXT, FACT_MANY, FAMILY_NONE,
	  NULL, NULL },
	{ "attachment.size", PHASE_EOM, FACT_NUMBER, FACT_MANY, FAMILY_NONE,
	  NULL, NULL },
	{ "attachment.sha256", PHASE_EOM, FACT_TEXT, FACT_MANY, FAMILY_NONE,
	  NULL, NULL },
	{ "attachment.disposition", PHASE_EOM, FACT_TEXT, FACT_MANY,
	  FAMILY_NONE, NULL, NULL },
	{ "part.type", PHASE_EOM, FACT_TEXT, FACT_MANY, FAMILY_NONE, NULL,
	  NULL },
	{ "part.count", PHASE_EOM, FACT_NUMBER, 0, FAMILY_NONE, NULL, NULL },
	{ "mime.depth", PHASE_EOM, FACT_NUMBER, 0, FAMILY_NONE, NULL, NULL },
	{ "mime.defect", PHASE_EOM, FACT_TEXT, FACT_MANY, FAMILY_NONE, NULL,
	  NULL },
	{ "url", PHASE_EOM, FACT_TEXT, FACT_MANY, FAMILY_NONE, NULL, NULL },
	{ "url.host", PHASE_EOM, FACT_NAME, FACT_MANY, FAMILY_NONE, NULL,
	  NULL },
	{ "queue_id", PHASE_DATA, FACT_TEXT, 0, FAMILY_NONE, learn_queue_id,
	  "i" },
	{ "size", PHASE_EOM, FACT_NUMBER, 0, FAMILY_NONE, learn_size, NULL },
	{ "macro", PHASE_EOM, FACT_TEXT, FACT_BY_NAME, FAMILY_NONE,
	  learn_macro, NULL },
	{ "score", PHASE_CONNECT, FACT_NUMBER, FACT_WRITTEN, FAMILY_NONE, NULL,
	  NULL },
	{ "label", PHASE_CONNECT, FACT_TEXT, FACT_WRITTEN | FACT_MANY,
	  FAMILY_NONE, NULL, NULL },
	{ "var", PHASE_CONNECT, FACT_TEXT, FACT_WRITTEN | FACT_BY_NAME,
	  FAMILY_NONE, NULL, NULL },
	{ "command", PHASE_UNKNOWN, FACT_TEXT, 0, FAMILY_NONE, learn_command,
	  NULL },
	{ "now.hour", PHASE_MAIL, FACT_NUMBER, 0, FAMILY_NONE, learn_now_hour,
	  NULL },
	{ "now.weekday", PHASE_MAIL, FACT_TEXT, 0, FAMILY_NONE,
	  learn_now_weekday, NULL },
	{ NULL, PHASE_CONNECT, FACT_TEXT, 0, FAMILY_NONE, NULL, NULL }
};

/*
 * Macros that Postfix 3.7 (milter_*_macros) or Sendmail 8.17
 * (confMILTER_MACROS_*) sends without being told to, by the later of the two.
 * Postfix has no queue ID before the first recipient is accepted, so "i" counts
 * from DATA on.
 */
static const struct macro_row {
	const char *name;
	enum phase known;
	bool per_recipient;
} macro_table[] = {
	{ "j", PHASE_CONNECT, false },
	{ "_", PHASE_CONNECT, false },
	{ "v", PHASE_CONNECT, false },
	{ "daemon_name", PHASE_CONNECT, false },
	{ "daemon_addr", PHASE_CONNECT, false },
	{ "if_name", PHASE_CONNECT, false },
	{ "if_addr", PHASE_CONNECT, false },
	{ "tls_version", PHASE_HELO, false },
	{ "cipher", PHASE_HELO, false },
	{ "cipher_bits", PHASE_HELO, false },
	{ "cert_subject", PHASE_HELO, false },
	{ "cert_issuer", PHASE_HELO, false },
	{ "auth_type", PHASE_MAIL, false },
	{ "auth_authen", PHASE_MAIL, false },
	{ "auth_ssf", PHASE_MAIL, false },
	{ "auth_author", PHASE_MAIL, false },
	{ "mail_mailer", PHASE_MAIL, false },
	{ "mail_host", PHASE_MAIL, false },
	{ "mail_addr", PHASE_MAIL, false },
	{ "rcpt_mailer", PHASE_RCPT, true },
	{ "rcpt_host", PHASE_RCPT, true },
	{ "rcpt_addr", PHASE_RCPT, true },
	{ "i", PHASE_DATA, false },
};

const struct fact_kind *
fact_at(size_t i)
{
	return fact_table[i].name != NULL ? &fact_table[i] : NULL;
}

const struct fact_kind *
fact_find(struct span text, struct span *name)
{
	struct span head = span_head(text, span_find(text, '.'));
	const struct fact_kind *f;

	*name = span_make(text.ptr, 0);
	for (f = fact_table; f->name != NULL; f++) {
		if ((f->flags & FACT_BY_NAME) == 0) {
			if (span_is(text, f->name))
				return f;
		} else if (span_is(head, f->name) && head.len + 1 < text.len) {
			*name = span_skip(text, head.len + 1);
			return f;
		}
	}
	return NULL;
}

enum phase
macro_known(struct span name, bool *per_recipient)
{
	size_t i;

	*per_recipient = false;
	for (i = 0; i < sizeof macro_table / sizeof macro_table[0]; i++) {
		if (!span_is(name, macro_table[i].name))
			continue;
		*per_recipient = macro_table[i].per_recipient;
		return macro_table[i].known;
	}
	return PHASE_EOM;
}
