#!/usr/bin/env bash
# Renders the chart with the values of deploy/helm/example.yaml; rendered.yaml is what tests look at (`helm` needed).
set -euo pipefail
cd "$(dirname "$0")"
helm template town curbstop --namespace curbstop --kube-version 1.31.0 --values example.yaml > rendered.yaml
find curbstop example.yaml -type f | LC_ALL=C sort | xargs sha256sum > rendered.sha256
