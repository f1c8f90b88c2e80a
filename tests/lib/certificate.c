#include "certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char cert_path[64], key_path[64];

static void clean_up(void)
{
    unlink(cert_path);
    unlink(key_path);
}

static FILE *temporary(char *path)
{
    strcpy(path, "/tmp/leitai-test-pem-XXXXXX");
    int fd = mkstemp(path);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!f)
        abort();
    return f;
}

static void make(void)
{
    if (cert_path[0])
        return;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = X509_new();
    if (!key || !x)
        abort();
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), -60);
    X509_gmtime_adj(X509_getm_notAfter(x), 24 * 3600);
    X509_set_pubkey(x, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                               (const unsigned char *)"127.0.0.1", -1, -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(x));
    FILE *c = temporary(cert_path), *k = temporary(key_path);
    if (!X509_sign(x, key, EVP_sha256()) || !PEM_write_X509(c, x) ||
        !PEM_write_PrivateKey(k, key, NULL, NULL, 0, NULL, NULL))
        abort();
    fclose(c);
    fclose(k);
    X509_free(x);
    EVP_PKEY_free(key);
    atexit(clean_up);
}

const char *certificate_path(void)
{
    make();
    return cert_path;
}

const char *certificate_key_path(void)
{
    make();
    return key_path;
}
