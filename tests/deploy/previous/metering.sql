CREATE TABLE public.account (
    account_id uuid NOT NULL,
    version integer NOT NULL
);
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.audit (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    entity text NOT NULL,
    why text NOT NULL,
    before jsonb,
    after jsonb,
    trace text NOT NULL
);
ALTER TABLE public.audit ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.business_day (
    day date NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.chunk (
    run_id uuid NOT NULL,
    number integer NOT NULL,
    phase text NOT NULL,
    state text NOT NULL,
    spec jsonb NOT NULL,
    result jsonb,
    attempts integer DEFAULT 0 NOT NULL,
    error text
);
CREATE TABLE public.dead_letter (
    id bigint NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    key bytea,
    value bytea,
    headers jsonb NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    settled_at timestamp with time zone,
    settled_by text
);
ALTER TABLE public.dead_letter ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.dead_letter_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.inbox (
    topic text NOT NULL,
    identity text NOT NULL,
    content_hash bytea NOT NULL
);
CREATE TABLE public.last_read (
    service_point_id uuid NOT NULL,
    read_id uuid,
    read_on date NOT NULL,
    value numeric NOT NULL,
    kind text NOT NULL,
    carried numeric DEFAULT 0 NOT NULL,
    content_hash bytea DEFAULT '\x'::bytea NOT NULL,
    CONSTRAINT last_read_value_check CHECK ((value >= (0)::numeric))
);
CREATE TABLE public.meter (
    id uuid NOT NULL,
    service_point_id uuid NOT NULL,
    number text NOT NULL,
    register_number text NOT NULL,
    size text NOT NULL,
    dials integer NOT NULL,
    decimals integer NOT NULL,
    unit text NOT NULL,
    multiplier numeric NOT NULL,
    installed date NOT NULL,
    removed date,
    CONSTRAINT meter_check CHECK (((0 <= decimals) AND (decimals < dials) AND (dials <= 10))),
    CONSTRAINT meter_multiplier_check CHECK ((multiplier > (0)::numeric))
);
CREATE TABLE public.occupant (
    agreement_id uuid NOT NULL,
    service_point_id uuid NOT NULL,
    account_id uuid NOT NULL,
    number text NOT NULL,
    start date NOT NULL,
    until date,
    status text NOT NULL
);
CREATE TABLE public.outbox (
    id bigint NOT NULL,
    day date NOT NULL,
    topic text NOT NULL,
    key text,
    value bytea,
    headers jsonb NOT NULL
)
PARTITION BY RANGE (day);
CREATE TABLE public.outbox_default (
    id bigint CONSTRAINT outbox_id_not_null NOT NULL,
    day date CONSTRAINT outbox_day_not_null NOT NULL,
    topic text CONSTRAINT outbox_topic_not_null NOT NULL,
    key text,
    value bytea,
    headers jsonb CONSTRAINT outbox_headers_not_null NOT NULL
);
CREATE SEQUENCE public.outbox_id
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
CREATE TABLE public.outbox_leader (
    one boolean DEFAULT true NOT NULL,
    instance text NOT NULL,
    left_cleanly boolean NOT NULL,
    CONSTRAINT outbox_leader_one_check CHECK (one)
);
CREATE TABLE public.outbox_pending (
    id bigint NOT NULL,
    day date NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.read (
    id uuid NOT NULL,
    reading_id uuid,
    service_point_id uuid NOT NULL,
    meter_id uuid NOT NULL,
    route text NOT NULL,
    sequence integer NOT NULL,
    state text NOT NULL,
    previous_read_id uuid,
    previous_on date,
    previous_value numeric,
    previous_kind text,
    carried numeric DEFAULT 0 NOT NULL,
    usual numeric,
    high numeric NOT NULL,
    low numeric,
    estimated_before integer DEFAULT 0 NOT NULL,
    value numeric,
    read_on date,
    kind text,
    code text DEFAULT ''::text NOT NULL,
    leak boolean DEFAULT false NOT NULL,
    findings jsonb DEFAULT '[]'::jsonb NOT NULL,
    quantity numeric,
    decided_by text,
    decided_at timestamp with time zone,
    why text,
    replaces uuid,
    posted_on date,
    CONSTRAINT read_check CHECK (((state <> ALL (ARRAY['accepted'::text, 'posted'::text])) OR ((value IS NOT NULL) AND (read_on IS NOT NULL) AND (quantity IS NOT NULL)))),
    CONSTRAINT read_quantity_check CHECK ((quantity >= (0)::numeric))
)
WITH (fillfactor='60');
CREATE TABLE public.reading (
    id uuid NOT NULL,
    cycle text NOT NULL,
    read_on date NOT NULL,
    window_from date NOT NULL,
    window_to date NOT NULL,
    state text NOT NULL,
    pack_hash text NOT NULL,
    started_by text NOT NULL,
    closed_by text,
    business_date date NOT NULL,
    CONSTRAINT reading_check CHECK (((window_from <= read_on) AND (read_on <= window_to)))
);
CREATE TABLE public.route (
    name text NOT NULL,
    cycle text NOT NULL
);
CREATE TABLE public.route_file (
    reading_id uuid NOT NULL,
    sha256 text NOT NULL,
    format text NOT NULL,
    loaded_by text NOT NULL,
    report jsonb NOT NULL
);
CREATE TABLE public.run (
    id uuid NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    spec jsonb NOT NULL,
    trace text NOT NULL,
    actor text NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone
);
CREATE TABLE public.service_point (
    id uuid NOT NULL,
    key text NOT NULL,
    premise_id uuid NOT NULL,
    premise text NOT NULL,
    service text NOT NULL,
    cycle text NOT NULL,
    route text NOT NULL,
    sequence integer NOT NULL,
    address text NOT NULL,
    retired_on date,
    content_hash bytea NOT NULL
);
CREATE TABLE public.town_pack (
    hash text NOT NULL,
    files jsonb NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    applied_by text NOT NULL,
    number bigint NOT NULL
);
ALTER TABLE public.town_pack ALTER COLUMN number ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.town_pack_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.usage_history (
    service_point_id uuid NOT NULL,
    period_end date NOT NULL,
    service text NOT NULL,
    quantity numeric NOT NULL,
    unit text NOT NULL,
    estimated boolean NOT NULL,
    read_id uuid
);
CREATE TABLE public.waiting_fact (
    topic text NOT NULL,
    identity text NOT NULL,
    awaits text NOT NULL,
    awaited_key text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    key bytea,
    value bytea NOT NULL,
    headers jsonb NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE ONLY public.outbox ATTACH PARTITION public.outbox_default DEFAULT;
ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (account_id);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.business_day
    ADD CONSTRAINT business_day_pkey PRIMARY KEY (day);
ALTER TABLE ONLY public.chunk
    ADD CONSTRAINT chunk_pkey PRIMARY KEY (run_id, phase, number);
ALTER TABLE ONLY public.dead_letter
    ADD CONSTRAINT dead_letter_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (topic, identity);
ALTER TABLE ONLY public.last_read
    ADD CONSTRAINT last_read_pkey PRIMARY KEY (service_point_id);
ALTER TABLE ONLY public.meter
    ADD CONSTRAINT meter_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.occupant
    ADD CONSTRAINT occupant_pkey PRIMARY KEY (agreement_id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id, day);
ALTER TABLE ONLY public.outbox_default
    ADD CONSTRAINT outbox_default_pkey PRIMARY KEY (id, day);
ALTER TABLE ONLY public.outbox_leader
    ADD CONSTRAINT outbox_leader_pkey PRIMARY KEY (one);
ALTER TABLE ONLY public.outbox_pending
    ADD CONSTRAINT outbox_pending_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.read
    ADD CONSTRAINT read_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.reading
    ADD CONSTRAINT reading_cycle_read_on_key UNIQUE (cycle, read_on);
ALTER TABLE ONLY public.reading
    ADD CONSTRAINT reading_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.route_file
    ADD CONSTRAINT route_file_pkey PRIMARY KEY (reading_id, sha256);
ALTER TABLE ONLY public.route
    ADD CONSTRAINT route_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.run
    ADD CONSTRAINT run_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.service_point
    ADD CONSTRAINT service_point_key_key UNIQUE (key);
ALTER TABLE ONLY public.service_point
    ADD CONSTRAINT service_point_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.town_pack
    ADD CONSTRAINT town_pack_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.usage_history
    ADD CONSTRAINT usage_history_pkey PRIMARY KEY (service_point_id, period_end);
CREATE INDEX audit_entity ON public.audit USING btree (entity, id);
CREATE INDEX chunk_todo ON public.chunk USING btree (run_id, phase, number) WHERE (state = 'todo'::text);
CREATE UNIQUE INDEX dead_letter_once ON public.dead_letter USING btree (topic, partition, "offset", md5(COALESCE(value, '\x'::bytea)));
CREATE INDEX dead_letter_open ON public.dead_letter USING btree (id) WHERE (settled_at IS NULL);
CREATE UNIQUE INDEX meter_in_place ON public.meter USING btree (service_point_id) WHERE (removed IS NULL);
CREATE INDEX occupant_account ON public.occupant USING btree (account_id);
CREATE INDEX occupant_point ON public.occupant USING btree (service_point_id);
CREATE INDEX read_after ON public.read USING btree (previous_read_id) WHERE (previous_read_id IS NOT NULL);
CREATE UNIQUE INDEX read_once ON public.read USING btree (reading_id, service_point_id) WHERE (replaces IS NULL);
CREATE INDEX read_point ON public.read USING btree (service_point_id);
CREATE UNIQUE INDEX read_replaced_once ON public.read USING btree (replaces) WHERE (replaces IS NOT NULL);
CREATE INDEX read_walk ON public.read USING btree (reading_id, route, sequence);
CREATE UNIQUE INDEX reading_open ON public.reading USING btree (cycle) WHERE (state <> 'closed'::text);
CREATE INDEX run_state ON public.run USING btree (state);
CREATE INDEX service_point_cycle ON public.service_point USING btree (cycle, id);
CREATE INDEX service_point_walk ON public.service_point USING btree (route, sequence);
CREATE INDEX waiting_fact_awaited ON public.waiting_fact USING btree (awaits, awaited_key);
CREATE UNIQUE INDEX waiting_fact_once ON public.waiting_fact USING btree (topic, identity, md5(value));
ALTER INDEX public.outbox_pkey ATTACH PARTITION public.outbox_default_pkey;
ALTER TABLE ONLY public.chunk
    ADD CONSTRAINT chunk_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.run(id);
ALTER TABLE ONLY public.meter
    ADD CONSTRAINT meter_service_point_id_fkey FOREIGN KEY (service_point_id) REFERENCES public.service_point(id);
ALTER TABLE ONLY public.read
    ADD CONSTRAINT read_meter_id_fkey FOREIGN KEY (meter_id) REFERENCES public.meter(id);
ALTER TABLE ONLY public.read
    ADD CONSTRAINT read_reading_id_fkey FOREIGN KEY (reading_id) REFERENCES public.reading(id);
ALTER TABLE ONLY public.read
    ADD CONSTRAINT read_replaces_fkey FOREIGN KEY (replaces) REFERENCES public.read(id);
ALTER TABLE ONLY public.read
    ADD CONSTRAINT read_service_point_id_fkey FOREIGN KEY (service_point_id) REFERENCES public.service_point(id);
ALTER TABLE ONLY public.route_file
    ADD CONSTRAINT route_file_reading_id_fkey FOREIGN KEY (reading_id) REFERENCES public.reading(id);
INSERT INTO public.alembic_version VALUES ('0001');
SELECT pg_catalog.setval('public.audit_id_seq', 1, false);
SELECT pg_catalog.setval('public.dead_letter_id_seq', 1, false);
SELECT pg_catalog.setval('public.outbox_id', 1, false);
SELECT pg_catalog.setval('public.town_pack_number_seq', 1, false);
