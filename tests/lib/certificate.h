/* A self-signed certificate for 127.0.0.1, made for this program and removed at exit. */
#pragma once

const char *certificate_path(void);
const char *certificate_key_path(void);
