/*
 * gmime.c - a message read by GMime alone.
 *
 * Nothing here is Millgate's: it is the measure that decoded.c holds Millgate
 * against.
 *
 * Failure: a message that GMime cannot parse has no bytes.
 */
#include "config.h"

#include <gmime/gmime.h>

#include "tests/bench/gmime.h"

static const GMimeAddressType address_types[] = { GMIME_ADDRESS_TYPE_FROM,
	GMIME_ADDRESS_TYPE_TO, GMIME_ADDRESS_TYPE_CC,
	GMIME_ADDRESS_TYPE_REPLY_TO };

/* What is read is looked at, or a compiler might leave the reading out. */
static volatile size_t looked_at;

static void
look_at(const char *text)
{
	if (text != NULL)
		looked_at += (unsigned char)text[0];
}

void
gmime_begin(void)
{
	g_mime_init();
}

static void
read_fields(GMimeMessage *message)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(
	    GMIME_OBJECT(message));

	for (int i = 0; i < g_mime_header_list_get_count(list); i++)
		look_at(g_mime_header_get_value(
		    g_mime_header_list_get_header_at(list, i)));
}

static void
read_mailboxes(InternetAddressList *list)
{
	for (int i = 0; i < internet_address_list_length(list); i++) {
		InternetAddress *address =
		    internet_address_list_get_address(list, i);

		look_at(internet_address_get_name(address));
		if (INTERNET_ADDRESS_IS_MAILBOX(address))
			look_at(internet_address_mailbox_get_addr(
			    INTERNET_ADDRESS_MAILBOX(address)));
	}
}

static size_t
read_text(GMimeTextPart *part)
{
	char *text = g_mime_text_part_get_text(part);
	size_t len = text != NULL ? strlen(text) : 0;

	look_at(text);
	g_free(text);
	return len;
}

static size_t
read_content(GMimePart *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *out;
	size_t len;

	if (content == NULL)
		return 0;
	out = g_mime_stream_mem_new();
	g_mime_data_wrapper_write_to_stream(content, out);
	len = (size_t)g_mime_stream_length(out);
	g_object_unref(out);
	return len;
}

static void
read_part(GMimeObject *parent, GMimeObject *object, gpointer data)
{
	GMimeContentType *type = g_mime_object_get_content_type(object);
	char *name = g_mime_content_type_get_mime_type(type);
	size_t *bytes = data;

	(void)parent;
	look_at(name);
	g_free(name);
	look_at(g_mime_object_get_disposition(object));
	if (!GMIME_IS_PART(object))
		return;
	look_at(g_mime_part_get_filename(GMIME_PART(object)));
	*bytes += GMIME_IS_TEXT_PART(object) ?
	    read_text(GMIME_TEXT_PART(object)) :
	    read_content(GMIME_PART(object));
}

size_t
gmime_read(struct span message)
{
	GMimeStream *in = g_mime_stream_mem_new_with_buffer(message.ptr,
	    message.len);
	GMimeParser *parser = g_mime_parser_new_with_stream(in);
	GMimeMessage *m = g_mime_parser_construct_message(parser, NULL);
	size_t bytes = 0;

	if (m != NULL) {
		read_fields(m);
		for (size_t i = 0; i < G_N_ELEMENTS(address_types); i++)
			read_mailboxes(g_mime_message_get_addresses(m,
			    address_types[i]));
		g_mime_message_foreach(m, read_part, &bytes);
		g_object_unref(m);
	}
	g_object_unref(parser);
	g_object_unref(in);
	return bytes;
}
