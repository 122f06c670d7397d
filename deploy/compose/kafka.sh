#!/usr/bin/env bash
# One Kafka node with SCRAM logins and access rules. The administrator's password comes from a secret's file.
set -euo pipefail
password=$(cat /run/secrets/kafka_admin_password)
sed "s|@PASSWORD@|${password}|g" /etc/curbstop/kafka.properties > /tmp/server.properties
/opt/kafka/bin/kafka-storage.sh format --ignore-formatted --cluster-id 'Y3VyYnN0b3AtY29tcG9zZQ' \
  --add-scram "SCRAM-SHA-512=[name=admin,password=${password}]" --config /tmp/server.properties
exec /opt/kafka/bin/kafka-server-start.sh /tmp/server.properties
