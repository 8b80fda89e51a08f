/*
 * test_tls_files.c - a certificate and a key, or what is taken for them.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/smtpd/tls.h"
#include "tests/support/tls_client.h"
#include "tests/unit/unit.h"

static char folder[32];
static char certificate[64];
static char key[64];

static void
begin(void)
{
	strcpy(folder, "/tmp/tls_files.XXXXXX");
	check_true(mkdtemp(folder) != NULL);
	snprintf(certificate, sizeof certificate, "%s/cert.pem", folder);
	snprintf(key, sizeof key, "%s/key.pem", folder);
	tls_write_certificate(certificate, key, false, NULL);
}

static void
end(void)
{
	unlink(certificate);
	unlink(key);
	check_int(rmdir(folder), 0);
}

/* The two files are refused; what is said of FILE begins with TEXT. */
static void
check_refused(const char *file, const char *text)
{
	struct error error = { "" };
	char want[256];

	unit_case(text);
	check_true(tls_server_new(certificate, key, &error) == NULL);
	snprintf(want, sizeof want, "%s: %s", file, text);
	check_span(span_head(span_of(error.text), strlen(want)), want);
}

static void
put(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	check_true(out != NULL && fputs(text, out) >= 0);
	fclose(out);
}

static void
test_key(void)
{
	static const char no_key[] =
	    "there is no private key in PEM in it that OpenSSL reads";

	begin();
	put(key, "-----BEGIN PRIVATE KEY-----\nAAAA\n");
	check_refused(key, no_key);
	put(key, "nothing\n");
	check_refused(key, no_key);
	put(key, "");
	check_refused(key, no_key);
	tls_write_certificate(certificate, key, false, "secret");
	check_refused(key, "the key needs a passphrase, and nobody can be "
	    "asked; 'openssl pkey' writes it without");
	unlink(key);
	check_refused(key, "No such file or directory");
	check_int(mkfifo(key, 0600), 0);
	check_refused(key, "it is not a regular file");
	end();
}

static void
test_permissions(void)
{
	static const mode_t modes[] = { 0604, 0602, 0644, 0666 };
	struct tls_server *s;

	begin();
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		check_int(chmod(key, modes[i]), 0);
		check_refused(key, "others may read or write it, and secrets "
		    "are in it; 'chmod o= /");
	}
	/* A group may have it. */
	check_int(chmod(key, 0640), 0);
	s = tls_server_new(certificate, key, NULL);
	check_true(s != NULL);
	tls_server_free(s);
	tls_server_free(NULL);
	end();
}

static void
test_another_key(void)
{
	char other[80], want[160];

	begin();
	snprintf(other, sizeof other, "%s/other.pem", folder);
	tls_write_certificate(other, key, false, NULL);
	snprintf(want, sizeof want, "it is not the key of the certificate %s",
	    certificate);
	check_refused(key, want);
	unlink(other);
	end();
}

static void
test_certificate(void)
{
	begin();
	put(certificate, "");
	check_refused(certificate, "there is no certificate in PEM in it");
	put(certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n");
	check_refused(certificate, "");
	unlink(certificate);
	check_refused(certificate, "No such file or directory");
	end();
}

static const struct unit_test tests[] = {
	{ "a key that cannot be used is named", test_key },
	{ "a key is not for everybody", test_permissions },
	{ "a key is the certificate's", test_another_key },
	{ "a certificate that cannot be used is named", test_certificate },
};

UNIT_MAIN("tls_files", tests)
