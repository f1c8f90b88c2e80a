#!/usr/bin/env bash
# HAProxy takes docs/haproxy.cfg as it is.
set -euo pipefail
haproxy -c -q -f "$(dirname "$0")/../../docs/haproxy.cfg"
