/*
 * fact.c - the table of facts.
 *
 * Pure data, look-ups in it and their reverse; used at load time only.
 */
#include "config.h"

#include "rules/engine/fact.h"
#include "rules/engine/learn.h"

#define CONNECTION(type) type, FACT_CONNECTION, FAMILY_NONE
#define RECIPIENT(type)	PHASE_RCPT, type, FACT_PER_RECIPIENT, FAMILY_NONE
#define LAZY (FACT_LAZY | FACT_DECODED)
#define FIELD(type, flags) type, \
	FACT_BY_NAME | FACT_OF_FIELD | FACT_NOCASE | FACT_MANY | (flags)
#define ADDRESS(type) FIELD(type, LAZY), FAMILY_ADDRESS, learn_address, NULL
#define MIME(type, flags) type, FACT_MIME | LAZY | (flags)
#define ATTACHMENT(type) MIME(type, FACT_MANY), FAMILY_ATTACHMENT

static const struct fact_kind fact_table[] = {
	{ "client.ip", PHASE_CONNECT, CONNECTION(FACT_IP), learn_client_ip,
	  NULL, NULL },
	{ "client.name", PHASE_CONNECT, CONNECTION(FACT_NAME),
	  learn_client_name, NULL, NULL },
	{ "client.port", PHASE_CONNECT, CONNECTION(FACT_NUMBER),
	  learn_client_port, NULL, NULL },
	{ "client.country", PHASE_CONNECT, CONNECTION(FACT_TEXT), NULL, NULL,
	  NULL },
	{ "client.asn", PHASE_CONNECT, CONNECTION(FACT_NUMBER), NULL, NULL,
	  NULL },
	{ "helo", PHASE_HELO, CONNECTION(FACT_NAME), learn_helo, NULL, NULL },
	{ "sender", PHASE_MAIL, FACT_ADDRESS, 0, FAMILY_NONE, learn_sender,
	  NULL, NULL },
	{ "sender.local", PHASE_MAIL, FACT_TEXT, 0, FAMILY_NONE,
	  learn_sender_local, NULL, NULL },
	{ "sender.domain", PHASE_MAIL, FACT_NAME, 0, FAMILY_NONE,
	  learn_sender_domain, NULL, NULL },
	{ "sender.params", PHASE_MAIL, FACT_TEXT, FACT_MANY,
	  FAMILY_SENDER_PARAMS, learn_sender_params, NULL, NULL },
	{ "sender.size", PHASE_MAIL, FACT_NUMBER, 0, FAMILY_NONE,
	  learn_sender_size, NULL, NULL },
	{ "auth.user", PHASE_MAIL, CONNECTION(FACT_TEXT), learn_macro,
	  "auth_authen", NULL },
	{ "auth.method", PHASE_MAIL, CONNECTION(FACT_TEXT), learn_macro,
	  "auth_type", NULL },
	{ "tls.version", PHASE_MAIL, CONNECTION(FACT_TEXT), learn_macro,
	  "tls_version", NULL },
	{ "tls.cipher", PHASE_MAIL, CONNECTION(FACT_TEXT), learn_macro,
	  "cipher", NULL },
	{ "tls.subject", PHASE_MAIL, CONNECTION(FACT_TEXT), learn_macro,
	  "cert_subject", NULL },
	{ "tls.verified", PHASE_MAIL, CONNECTION(FACT_BOOLEAN),
	  learn_tls_verified, "verify", NULL },
	{ "recipient", RECIPIENT(FACT_ADDRESS), learn_recipient, NULL, NULL },
	{ "recipient.local", RECIPIENT(FACT_TEXT), learn_recipient_local, NULL,
	  NULL },
	{ "recipient.domain", RECIPIENT(FACT_NAME), learn_recipient_domain,
	  NULL, NULL },
	{ "recipient.params", PHASE_RCPT, FACT_TEXT, FACT_PER_RECIPIENT |
	  FACT_MANY, FAMILY_RECIPIENT_PARAMS, learn_recipient_params, NULL,
	  NULL },
	{ "recipient.position", RECIPIENT(FACT_NUMBER),
	  learn_recipient_position, NULL, NULL },
	{ "recipients", PHASE_DATA, FACT_ADDRESS, FACT_MANY, FAMILY_RECIPIENTS,
	  learn_recipients, NULL, NULL },
	{ "recipients.domain", PHASE_DATA, FACT_NAME, FACT_MANY,
	  FAMILY_RECIPIENTS, learn_recipients_domain, NULL, NULL },
	{ "recipients.count", PHASE_DATA, FACT_NUMBER, 0, FAMILY_NONE,
	  learn_recipients_count, NULL, NULL },
	{ "header", PHASE_EOH, FIELD(FACT_TEXT, LAZY), FAMILY_HEADER,
	  learn_decoded_header, NULL, NULL },
	{ "header_raw", PHASE_EOH, FIELD(FACT_TEXT, FACT_FIELDWISE),
	  FAMILY_HEADER, learn_header_raw, NULL, NULL },
	{ "header_names", PHASE_EOH, FACT_TEXT, FACT_MANY | FACT_FIELDWISE,
	  FAMILY_NONE, learn_header_names, NULL, NULL },
	{ "header_count", PHASE_EOH, FACT_NUMBER, 0, FAMILY_NONE,
	  learn_header_count, NULL, NULL },
	{ "address", PHASE_EOH, ADDRESS(FACT_ADDRESS), NULL },
	{ "address", PHASE_EOH, ADDRESS(FACT_TEXT), "local" },
	{ "address", PHASE_EOH, ADDRESS(FACT_NAME), "domain" },
	{ "address", PHASE_EOH, ADDRESS(FACT_TEXT), "display" },
	{ "auth_results", PHASE_EOH, FACT_TEXT, FACT_BY_NAME | FACT_NOCASE |
	  FACT_MANY | FACT_LAZY, FAMILY_NONE, learn_auth_results, NULL, NULL },
	{ "body", PHASE_EOM, MIME(FACT_TEXT, FACT_MANY), FAMILY_NONE,
	  learn_body_text, NULL, NULL },
	{ "body_raw", PHASE_EOM, FACT_TEXT, 0, FAMILY_NONE, learn_body_raw,
	  NULL, NULL },
	{ "attachment.name", PHASE_EOM, ATTACHMENT(FACT_TEXT),
	  learn_attachment_name, NULL, NULL },
	{ "attachment.extension", PHASE_EOM, ATTACHMENT(FACT_TEXT),
	  learn_attachment_extension, NULL, NULL },
	{ "attachment.type", PHASE_EOM, ATTACHMENT(FACT_TEXT),
	  learn_attachment_type, NULL, NULL },
	{ "attachment.size", PHASE_EOM, ATTACHMENT(FACT_NUMBER),
	  learn_attachment_size, NULL, NULL },
	{ "attachment.sha256", PHASE_EOM, ATTACHMENT(FACT_TEXT),
	  learn_attachment_sha256, NULL, NULL },
	{ "attachment.disposition", PHASE_EOM, ATTACHMENT(FACT_TEXT),
	  learn_attachment_disposition, NULL, NULL },
	{ "part.type", PHASE_EOM, MIME(FACT_TEXT, FACT_MANY), FAMILY_NONE,
	  learn_part_type, NULL, NULL },
	{ "part.count", PHASE_EOM, MIME(FACT_NUMBER, 0), FAMILY_NONE,
	  learn_part_count, NULL, NULL },
	{ "mime.depth", PHASE_EOM, MIME(FACT_NUMBER, 0), FAMILY_NONE,
	  learn_mime_depth, NULL, NULL },
	{ "mime.defect", PHASE_EOM, MIME(FACT_TEXT, FACT_MANY), FAMILY_NONE,
	  learn_mime_defect, NULL, NULL },
	{ "url", PHASE_EOM, MIME(FACT_TEXT, FACT_MANY), FAMILY_URL, learn_url,
	  NULL, NULL },
	{ "url.host", PHASE_EOM, MIME(FACT_NAME, FACT_MANY), FAMILY_URL,
	  learn_url, NULL, NULL },
	{ "queue_id", PHASE_DATA, FACT_TEXT, 0, FAMILY_NONE, learn_queue_id,
	  "i", NULL },
	{ "size", PHASE_EOM, FACT_NUMBER, 0, FAMILY_NONE, learn_size, NULL,
	  NULL },
	{ "macro", PHASE_EOM, FACT_TEXT, FACT_BY_NAME, FAMILY_NONE,
	  learn_macro, NULL, NULL },
	{ "score", PHASE_CONNECT, FACT_NUMBER, FACT_WRITTEN, FAMILY_NONE, NULL,
	  NULL, NULL },
	{ "label", PHASE_CONNECT, FACT_TEXT, FACT_WRITTEN | FACT_MANY,
	  FAMILY_NONE, NULL, NULL, NULL },
	{ "var", PHASE_CONNECT, FACT_TEXT, FACT_WRITTEN | FACT_BY_NAME,
	  FAMILY_NONE, NULL, NULL, NULL },
	{ "command", PHASE_UNKNOWN, FACT_TEXT, 0, FAMILY_NONE, learn_command,
	  NULL, NULL },
	{ "now.hour", PHASE_MAIL, FACT_NUMBER, 0, FAMILY_NONE, learn_now_hour,
	  NULL, NULL },
	{ "now.weekday", PHASE_MAIL, FACT_TEXT, 0, FAMILY_NONE,
	  learn_now_weekday, NULL, NULL },
	{ NULL, PHASE_CONNECT, FACT_TEXT, 0, FAMILY_NONE, NULL, NULL, NULL }
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

/* Is TEXT of BY_NAME fact F? What stands between is NAME. */
static bool
is_by_name(const struct fact_kind *f, struct span text, struct span *name)
{
	struct span suffix = span_of(f->suffix);
	size_t dot = span_find(text, '.');
	struct span rest = span_skip(text, dot + 1);

	if (!span_is(span_head(text, dot), f->name))
		return false;
	if (suffix.len > 0) {
		if (rest.len < suffix.len + 2 ||
		    !span_ends_with(rest, suffix) ||
		    rest.ptr[rest.len - suffix.len - 1] != '.')
			return false;
		rest.len -= suffix.len + 1;
	}
	*name = rest;
	return rest.len > 0;
}

const struct fact_kind *
fact_find(struct span text, struct span *name)
{
	const struct fact_kind *f, *found = NULL;

	*name = span_make(text.ptr, 0);
	for (f = fact_table; f->name != NULL; f++) {
		if ((f->flags & FACT_BY_NAME) == 0) {
			if (span_is(text, f->name))
				return f;
		} else if ((found == NULL || f->suffix != NULL) &&
		    is_by_name(f, text, name)) {
			found = f;
		}
	}
	return found;
}

void
fact_write(struct buffer *out, const struct fact_kind *kind, struct span name)
{
	buffer_add_text(out, kind->name);
	if ((kind->flags & FACT_BY_NAME) == 0)
		return;
	buffer_add_char(out, '.');
	buffer_add(out, name);
	if (kind->suffix != NULL) {
		buffer_add_char(out, '.');
		buffer_add_text(out, kind->suffix);
	}
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
