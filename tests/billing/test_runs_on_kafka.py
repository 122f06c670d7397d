"""The whole service on Kafka: accounts and reads come in as messages, bills go out as messages."""

from pathlib import Path

from sqlalchemy import text

from chassis import kafka
from chassis.auth import local_token
from chassis.database import connect
from chassis.settings import Settings
from contracts.billing import BillIssued
from deploy.local.places import Places
from services.billing.app import build
from tests.billing.run_builders import PACK, a_read, customer
from tests.conftest import GivenDatabase, GivenTopics
from tests.running import KEY, apply_town, environment, eventually, messages, running, settled, topics_of

STREET = [str(number) for number in range(1, 41)]
ORDER = {"cycle": "1", "period_start": "2023-03-01", "period_end": "2023-04-01", "bill_date": "2023-04-03"}
REVIEWER = {"Authorization": f"Bearer {local_token(KEY, 'carl', ['coordinator'])}"}


async def test_reads_from_kafka_become_bills_on_kafka(
    places: Places, database: GivenDatabase, make_topics: GivenTopics, topic_prefix: str, tmp_path: Path
) -> None:
    make_topics(topics_of("billing"), topic_prefix)
    settings = Settings(**environment(places, database("billing", migrated=True), topic_prefix))
    for path, content in PACK.files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)
    async with running(build(settings), "specialist", "coordinator", "it") as client:
        await apply_town(client, tmp_path)
        assert (await client.post("/days", json={"date": "2023-04-03"})).status_code < 300
        await send(settings)
        await settled(client)
        run = (await client.post("/runs", json=ORDER)).json()["id"]

        async def is_(state: str) -> bool:
            return bool((await client.get(f"/runs/{run}")).json()["state"] == state)

        await eventually(lambda: is_("review"))
        approved = await client.post(f"/runs/{run}/approve", json={"why": "reviewed"}, headers=REVIEWER)
        assert approved.status_code == 200, approved.text
        await eventually(lambda: is_("issued"))
        await settled(client)
        assert (await client.post(f"/runs/{run}/close", json={"why": "agrees"})).json()["state"] == "closed"
    letters = [one.value.decode() for one in await messages(places, f"{topic_prefix}BillIssued")]
    assert sorted(BillIssued.model_validate_json(one).account_number for one in letters) == sorted(STREET)
    assert sorted(letters) == sorted(await documents(settings))


async def documents(settings: Settings) -> list[str]:
    """The bills as they are kept."""
    engine = connect(settings.database_url, 1, "a test")
    async with engine.connect() as connection:
        kept = list((await connection.execute(text("select document::text from bill"))).scalars())
    await engine.dispose()
    return kept


async def send(settings: Settings) -> None:
    """Accounts and reads, the reads twice."""
    producer = kafka.producer(settings)
    await producer.start()
    try:
        for number in STREET:
            account, read = customer(number), a_read(number, 5000)
            for topic, key, value in [
                ("ReadPosted", read.service_point_id, read.model_dump_json()),
                ("AccountChanged", account.account_id, account.model_dump_json()),
                ("ReadPosted", read.service_point_id, read.model_dump_json()),
            ]:
                await producer.send(settings.topic_prefix + topic, value.encode(), key=str(key).encode())
        await producer.flush()
    finally:
        await producer.stop()
