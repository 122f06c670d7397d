#!/bin/sh
# Posts one payment to the signed webhook with openssl and curl: sh docs/examples/webhook.sh docs/examples/payment.json
set -eu

id="msg_$(openssl rand -hex 12)" # the same when this message is tried again
at=$(date +%s)
key=$(printf '%s' "${WEBHOOK_SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')
signature=$({ printf '%s.%s.' "$id" "$at"; cat "$1"; } |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)

curl --fail-with-body --silent --show-error "$WEBHOOK_URL" \
  -H 'content-type: application/json' \
  -H "webhook-id: $id" \
  -H "webhook-timestamp: $at" \
  -H "webhook-signature: v1,$signature" \
  --data-binary "@$1"
