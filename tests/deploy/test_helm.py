"""The chart: current with the contracts, and everything that it renders to is known to the services."""

import hashlib
import json
from typing import Any

import pytest
import yaml

from contracts.topics import SERVICES, TOPICS
from deploy.helm.generate import FILE, text
from deploy.local.access import grants
from deploy.local.topics import all_topics
from tests.deploy.images import DEPLOY, OF_THE_IMAGE, release, required_by, variables_of

HELM = DEPLOY / "helm"
RENDERED: list[dict[str, Any]] = [one for one in yaml.safe_load_all((HELM / "rendered.yaml").read_text()) if one]
EXAMPLE: dict[str, Any] = yaml.safe_load((HELM / "example.yaml").read_text())


def of_kind(kind: str) -> dict[str, dict[str, Any]]:
    """What is rendered of a kind, by name."""
    return {one["metadata"]["name"]: one for one in RENDERED if one["kind"] == kind}


def container(service: str) -> dict[str, Any]:
    (found,) = of_kind("Deployment")[service]["spec"]["template"]["spec"]["containers"]
    return dict(found)


def test_what_the_chart_knows_of_kafka_is_what_the_contracts_say() -> None:
    assert FILE.read_text() == text(), "run `make contracts`"


def test_the_rendered_example_is_of_this_chart() -> None:
    for line in (HELM / "rendered.sha256").read_text().splitlines():
        known, _, name = line.partition("  ")
        now = hashlib.sha256((HELM / name).read_bytes()).hexdigest()
        assert known == now, f"{name} has changed: run deploy/helm/render.sh"
    assert (HELM / "curbstop" / "Chart.yaml").read_text().count(f"ersion: {release()}") == 2


def test_every_topic_is_there_with_its_partitions_and_settings() -> None:
    made = {one["spec"]["topicName"]: one["spec"] for one in of_kind("KafkaTopic").values()}
    wanted = {one.name: one for one in all_topics(EXAMPLE["vendors"])}
    assert made.keys() == wanted.keys()
    for name, topic in wanted.items():
        assert made[name]["partitions"] == topic.partitions
    cleaning = {name: spec["config"]["cleanup.policy"] for name, spec in made.items()}
    assert {name for name, policy in cleaning.items() if policy == "compact"} == {
        one.name for one in TOPICS if one.kind == "snapshot"
    }


def test_every_login_may_do_what_the_contracts_say_and_no_more() -> None:
    found = {
        (login, rule["operations"][0].upper(), rule["resource"]["type"].upper(), rule["resource"]["name"])
        for login, user in of_kind("KafkaUser").items()
        for rule in user["spec"]["authorization"]["acls"]
    }
    assert found == {(one.login, one.operation, one.resource, one.name) for one in grants(all_topics(["sample-bank"]))}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_told_all_it_needs_and_nothing_it_does_not_know(service: str) -> None:
    told = {one["name"] for one in container(service)["env"]}
    assert required_by(service) <= told
    assert {name for name in told if name.startswith("CURBSTOP_")} - OF_THE_IMAGE <= variables_of(service)
    assert "CURBSTOP_OIDC_ISSUER" in told


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_password_is_expanded_from_a_variable_that_stands_before(service: str) -> None:
    names = [one["name"] for one in container(service)["env"]]
    assert names.index("DATABASE_PASSWORD") < names.index("CURBSTOP_DATABASE_URL")
    url = next(one["value"] for one in container(service)["env"] if one["name"] == "CURBSTOP_DATABASE_URL")
    assert url.startswith(f"postgresql+psycopg://{service}:$(DATABASE_PASSWORD)@")
    assert url.endswith(f"/{service}")


@pytest.mark.parametrize("service", SERVICES)
def test_kafka_is_trusted_by_its_own_authority(service: str) -> None:
    pod, one = of_kind("Deployment")[service]["spec"]["template"]["spec"], container(service)
    (file,) = [told["value"] for told in one["env"] if told["name"] == "CURBSTOP_KAFKA_TLS"]
    (volume,) = [mount["name"] for mount in one["volumeMounts"] if file == f"{mount['mountPath']}/ca.crt"]
    assert {"name": volume, "secret": {"secretName": "town-cluster-ca-cert"}} in pod["volumes"]
    asking = of_kind("TriggerAuthentication")[f"{service}-kafka"]["spec"]
    assert asking["secretTargetRef"] == [{"parameter": "ca", "name": "town-cluster-ca-cert", "key": "ca.crt"}]
    assert all(scaler["metadata"]["tls"] == "enable" for scaler in of_kind("ScaledObject")[service]["spec"]["triggers"])


@pytest.mark.parametrize("service", SERVICES)
def test_pods_run_as_ordinary_users_and_are_probed_where_services_answer(service: str) -> None:
    pod, one = of_kind("Deployment")[service]["spec"]["template"]["spec"], container(service)
    assert (pod["securityContext"]["runAsNonRoot"], one["securityContext"]["readOnlyRootFilesystem"]) == (True, True)
    paths = {one[f"{kind}Probe"]["httpGet"]["path"] for kind in ("liveness", "readiness", "startup")}
    assert paths == {"/health/live", "/health/ready"}
    (tables,) = pod["initContainers"]
    assert (tables["image"], tables["command"]) == (one["image"], ["python", "-m", "chassis.migrating"])
    assert one["image"] == f"curbstop/{service}:{release()}"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_scales_on_the_lag_of_its_own_groups(service: str) -> None:
    scaled = of_kind("ScaledObject")[service]["spec"]
    read = {one.name for one in TOPICS if service in one.consumers and one.partitions > 1}
    assert {one["metadata"]["topic"] for one in scaled["triggers"]} == read
    for one in scaled["triggers"]:
        assert one["metadata"]["consumerGroup"] == f"{service}.{one['metadata']['topic']}"
    assert scaled["maxReplicaCount"] <= 12
    assert of_kind("PodDisruptionBudget")[service]["spec"]["maxUnavailable"] == 1


def test_each_service_has_a_database_and_a_login_of_its_own() -> None:
    (cluster,) = of_kind("Cluster").values()
    roles = {one["name"]: one["passwordSecret"]["name"] for one in cluster["spec"]["managed"]["roles"]}
    assert roles == {service: f"{service}-database" for service in SERVICES}
    assert {name: one["spec"]["owner"] for name, one in of_kind("Database").items()} == {one: one for one in SERVICES}


def test_the_days_job_knows_every_service() -> None:
    job = of_kind("CronJob")["curbstop-day"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
    assert job["args"] == ["day", "catch-up"]
    told = {one["name"]: one.get("value") for one in job["env"]}
    services = of_kind("Service")
    for service in SERVICES:
        port = services[service]["spec"]["ports"][0]["port"]
        assert told[f"CURBSTOP_{service.upper()}_URL"] == f"http://{service}:{port}"


def test_no_secret_stands_in_the_chart() -> None:
    assert of_kind("Secret") == {}
    for service in SERVICES:
        for one in container(service)["env"]:
            if one["name"].endswith(("PASSWORD", "KEY", "SECRETS")):
                assert "secretKeyRef" in one["valueFrom"]
    assert json.loads(FILE.read_text())
