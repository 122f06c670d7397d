{{/* What several files say. */}}
{{- define "labels" -}}
app.kubernetes.io/part-of: curbstop
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "image" -}}
{{ .root.Values.image.repository }}/{{ .name }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{- define "postgres" -}}
{{ .Values.postgres.host | default (printf "%s-rw" .Values.postgres.name) }}
{{- end }}

{{- define "hardened" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "ordinary" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "database" -}}
- name: DATABASE_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ .name }}-database, key: password}}
- name: CURBSTOP_DATABASE_URL
  value: postgresql+psycopg://{{ .name }}:$(DATABASE_PASSWORD)@{{ include "postgres" .root }}:5432/{{ .name }}
{{- end }}
