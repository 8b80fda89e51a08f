/*
 * edit.h - one change to a message, ready to be carried out.
 *
 * Edits come at end of message, in the order in which they are to be done, and
 * are already what an MTA can do: positions are resolved, text is encoded and
 * folded. A renderer only copies. Every span here has a NUL behind it that its
 * length does not count.
 *
 * A value's folds are LF and a space or tab; it holds no CR or NUL and no line
 * longer than 998 bytes (RFC 5322 2.1.1), and is ASCII but for what a field that
 * is changed had in it. A name is an RFC 5322 field name. An
 * address is local@domain without <> (RFC 5321 4.1.2), printable and without
 * blanks outside of quotes.
 */
#ifndef MILLGATE_EDIT_H
#define MILLGATE_EDIT_H

#include "span.h"

enum edit_kind {
	EDIT_ADD_HEADER,	/* below all other fields */
	EDIT_INSERT_HEADER,	/* INDEX fields stay above it */
	EDIT_CHANGE_HEADER,	/* the index-th field of that name gets VALUE */
	EDIT_REMOVE_HEADER,	/* the index-th field of that name */
	EDIT_SET_SENDER,	/* VALUE is an address, or "<>" */
	EDIT_ADD_RECIPIENT,	/* VALUE is an address */
	EDIT_REMOVE_RECIPIENT,	/* VALUE is an address, as it was given */
	EDIT_REPLACE_BODY,	/* VALUE is all of it, in lines that end in
				 * CRLF; it may hold NUL */
	EDIT_QUARANTINE,	/* hold it; VALUE is the reason, in one line */
};

struct edit {
	enum edit_kind kind;
	struct span name;	/* of a header field */
	struct span value;	/* not with EDIT_REMOVE_HEADER */
	/*
	 * EDIT_INSERT_HEADER: how many fields, of any name, stay above it; 0:
	 * it is above all, the MTA's Received too.
	 * EDIT_CHANGE_HEADER, EDIT_REMOVE_HEADER: 1 for the topmost field of
	 * that name among those that the filter was shown. Each field is named
	 * once at most, those of a name in descending order, before all
	 * additions: an MTA renumbers what is below a field that goes.
	 */
	unsigned index;
	bool spaced;		/* of a header field: the value begins with its
				 * own blank, and none is put before it */
};

#endif
