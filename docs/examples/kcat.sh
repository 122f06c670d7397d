#!/bin/sh
# Publishes one payment with kcat and shows the answers: sh docs/examples/kcat.sh docs/examples/payment.json
set -eu

connect() {
  kcat -b "$KAFKA_SERVERS" \
    -X security.protocol=SASL_PLAINTEXT -X sasl.mechanism=SCRAM-SHA-512 \
    -X sasl.username="$KAFKA_USER" -X sasl.password="$KAFKA_PASSWORD" "$@"
}

connect -P -t "PaymentReceived.$VENDOR" -k 10042 -X enable.idempotence=true \
  -H ce_specversion=1.0 -H ce_id=SP-2023-000187 -H ce_type="PaymentReceived.$VENDOR" \
  -H ce_source="/vendors/$VENDOR" -H ce_time=2023-03-10T21:05:00Z -H ce_subject=10042 \
  -H content-type=application/json \
  "$1"

connect -C -t "PaymentOutcome.$VENDOR" -o beginning -e -f '%s\n'
