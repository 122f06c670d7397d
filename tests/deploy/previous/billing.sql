CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception 'The ledger is append only: % on % is refused. Post a correction instead.', tg_op, tg_table_name;
end
$$;
CREATE TABLE public.account (
    id uuid NOT NULL,
    version integer DEFAULT '-1'::integer NOT NULL,
    number text,
    status text,
    cycle text,
    opened date,
    closed date,
    premise_id uuid,
    autopay boolean DEFAULT false NOT NULL,
    level_pay boolean DEFAULT false NOT NULL,
    exemptions jsonb DEFAULT '[]'::jsonb NOT NULL,
    balance_version integer DEFAULT 0 NOT NULL,
    announced_on date,
    payments_through integer DEFAULT 0 NOT NULL,
    last_amount_due numeric(14,2) DEFAULT 0 NOT NULL,
    payments_since numeric(14,2) DEFAULT 0 NOT NULL,
    adjustments_since numeric(14,2) DEFAULT 0 NOT NULL,
    last_bill_id uuid
)
WITH (fillfactor='70');
CREATE TABLE public.agreement (
    agreement_id uuid NOT NULL,
    account_id uuid NOT NULL,
    service text NOT NULL,
    service_point_id uuid,
    start_date date NOT NULL,
    end_date date,
    status text NOT NULL,
    attributes jsonb DEFAULT '{}'::jsonb NOT NULL
);
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.allocation (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    source_kind text NOT NULL,
    source_id uuid NOT NULL,
    item_id uuid NOT NULL,
    amount numeric(14,2) NOT NULL,
    business_date date NOT NULL,
    CONSTRAINT allocation_amount_check CHECK ((amount <> (0)::numeric))
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
CREATE TABLE public.bill (
    id uuid NOT NULL,
    number text NOT NULL,
    account_id uuid NOT NULL,
    account_number text NOT NULL,
    run_id uuid NOT NULL,
    cycle text NOT NULL,
    kind text NOT NULL,
    bill_date date NOT NULL,
    due_date date NOT NULL,
    period_start date NOT NULL,
    period_end date NOT NULL,
    through date NOT NULL,
    current_charges numeric(14,2) NOT NULL,
    amount_due numeric(14,2) NOT NULL,
    charges jsonb NOT NULL,
    inputs jsonb NOT NULL,
    document json NOT NULL,
    pack_hash text NOT NULL,
    cancelled_on date,
    cancel_reason text
);
CREATE TABLE public.bill_posting (
    bill_id uuid NOT NULL,
    account_id uuid NOT NULL,
    bill_before uuid,
    previous_balance numeric(14,2) NOT NULL,
    payments numeric(14,2) NOT NULL,
    adjustments numeric(14,2) NOT NULL,
    amount_due numeric(14,2) NOT NULL,
    reversed_on date
);
CREATE TABLE public.billing_run (
    id uuid NOT NULL,
    cycle text NOT NULL,
    period_start date NOT NULL,
    period_end date NOT NULL,
    attempt integer NOT NULL,
    bill_date date NOT NULL,
    due_date date NOT NULL,
    pack_hash text NOT NULL,
    business_date date NOT NULL,
    approved_by text,
    certificate jsonb,
    CONSTRAINT billing_run_check CHECK ((period_start < period_end))
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
CREATE TABLE public.credit (
    source_id uuid NOT NULL,
    fund text NOT NULL,
    source_kind text NOT NULL,
    account_id uuid NOT NULL,
    code text NOT NULL,
    since date NOT NULL,
    remaining numeric(14,2) NOT NULL,
    CONSTRAINT credit_remaining_check CHECK ((remaining >= (0)::numeric))
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
CREATE TABLE public.deposit (
    deposit_id uuid NOT NULL,
    content_hash bytea NOT NULL,
    account_id uuid NOT NULL,
    service text,
    fund text NOT NULL,
    code text NOT NULL,
    amount numeric(14,2) NOT NULL,
    paid_on date NOT NULL,
    source_kind text NOT NULL,
    CONSTRAINT deposit_amount_check CHECK ((amount > (0)::numeric))
);
CREATE TABLE public.gl_account (
    fund text NOT NULL,
    code text NOT NULL,
    role text NOT NULL,
    name text NOT NULL
);
CREATE TABLE public.inbox (
    topic text NOT NULL,
    identity text NOT NULL,
    content_hash bytea NOT NULL
);
CREATE TABLE public.open_item (
    item_id uuid NOT NULL,
    account_id uuid NOT NULL,
    bill_id uuid,
    service text NOT NULL,
    kind text NOT NULL,
    fund text NOT NULL,
    receivable text NOT NULL,
    billed_date date NOT NULL,
    due_date date NOT NULL,
    amount numeric(14,2) NOT NULL,
    remaining numeric(14,2) NOT NULL,
    reversed boolean DEFAULT false NOT NULL,
    CONSTRAINT open_item_amount_check CHECK ((amount > (0)::numeric)),
    CONSTRAINT open_item_check CHECK (((remaining >= (0)::numeric) AND (remaining <= amount)))
);
CREATE TABLE public.opening_item (
    item_id uuid NOT NULL,
    content_hash bytea NOT NULL,
    account_id uuid NOT NULL,
    service text NOT NULL,
    kind text NOT NULL,
    amount numeric(14,2) NOT NULL,
    billed_date date NOT NULL,
    due_date date NOT NULL,
    CONSTRAINT opening_item_amount_check CHECK ((amount <> (0)::numeric))
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
CREATE TABLE public.payment (
    payment_id uuid NOT NULL,
    content_hash bytea NOT NULL,
    account_id uuid NOT NULL,
    payment_seq integer NOT NULL,
    amount numeric(14,2) NOT NULL,
    purpose text NOT NULL,
    bill_id uuid,
    channel text NOT NULL,
    effective_date date NOT NULL,
    posting_date date NOT NULL,
    business_date date NOT NULL,
    CONSTRAINT payment_amount_check CHECK ((amount > (0)::numeric))
);
CREATE TABLE public.transfer (
    id uuid NOT NULL,
    group_id uuid NOT NULL,
    account_id uuid,
    item_id uuid,
    debit text NOT NULL,
    credit text NOT NULL,
    fund text NOT NULL,
    service text,
    amount numeric(14,2) NOT NULL,
    effective_date date NOT NULL,
    fiscal_period text NOT NULL,
    source_kind text NOT NULL,
    source_id uuid NOT NULL,
    business_date date NOT NULL,
    posted_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT transfer_amount_check CHECK ((amount > (0)::numeric)),
    CONSTRAINT transfer_check CHECK ((debit <> credit))
);
CREATE VIEW public.posting AS
 SELECT transfer.id,
    transfer.group_id,
    transfer.account_id,
    transfer.item_id,
    transfer.fund,
    transfer.debit AS code,
    transfer.service,
    transfer.amount,
    transfer.effective_date,
    transfer.fiscal_period,
    transfer.source_kind,
    transfer.source_id,
    transfer.business_date
   FROM public.transfer
UNION ALL
 SELECT transfer.id,
    transfer.group_id,
    transfer.account_id,
    transfer.item_id,
    transfer.fund,
    transfer.credit AS code,
    transfer.service,
    (- transfer.amount) AS amount,
    transfer.effective_date,
    transfer.fiscal_period,
    transfer.source_kind,
    transfer.source_id,
    transfer.business_date
   FROM public.transfer;
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
CREATE TABLE public.run_account (
    run_id uuid NOT NULL,
    account_id uuid NOT NULL,
    ordinal integer NOT NULL,
    services jsonb NOT NULL,
    state text NOT NULL,
    hold_code text,
    hold_reason text,
    total numeric(14,2),
    lines_hash bytea,
    exceptions jsonb,
    CONSTRAINT run_account_state_check CHECK ((state = ANY (ARRAY['expected'::text, 'billed'::text, 'held'::text, 'cancelled'::text])))
)
WITH (fillfactor='60');
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
CREATE TABLE public.unbilled_period (
    account_id uuid NOT NULL,
    run_id uuid NOT NULL,
    period_start date NOT NULL,
    period_end date NOT NULL,
    reason text NOT NULL,
    billed_on uuid
);
CREATE TABLE public.usage (
    read_id uuid NOT NULL,
    content_hash bytea NOT NULL,
    service_point_id uuid NOT NULL,
    meter_number text NOT NULL,
    cycle text NOT NULL,
    previous_on date NOT NULL,
    previous_value numeric(21,6) NOT NULL,
    read_on date NOT NULL,
    read_value numeric(21,6) NOT NULL,
    quantity numeric(21,6) NOT NULL,
    unit text NOT NULL,
    kind text NOT NULL,
    flags jsonb NOT NULL,
    replaces uuid,
    business_date date NOT NULL,
    billed_on uuid
)
WITH (fillfactor='80');
CREATE TABLE public.usage_history (
    service_point_id uuid NOT NULL,
    service text NOT NULL,
    period_end date NOT NULL,
    quantity numeric(21,6) NOT NULL,
    unit text NOT NULL,
    estimated boolean NOT NULL
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
    ADD CONSTRAINT account_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.agreement
    ADD CONSTRAINT agreement_pkey PRIMARY KEY (agreement_id);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.allocation
    ADD CONSTRAINT allocation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.bill
    ADD CONSTRAINT bill_number_key UNIQUE (number);
ALTER TABLE ONLY public.bill
    ADD CONSTRAINT bill_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.bill_posting
    ADD CONSTRAINT bill_posting_pkey PRIMARY KEY (bill_id);
ALTER TABLE ONLY public.billing_run
    ADD CONSTRAINT billing_run_cycle_period_end_attempt_key UNIQUE (cycle, period_end, attempt);
ALTER TABLE ONLY public.billing_run
    ADD CONSTRAINT billing_run_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.business_day
    ADD CONSTRAINT business_day_pkey PRIMARY KEY (day);
ALTER TABLE ONLY public.chunk
    ADD CONSTRAINT chunk_pkey PRIMARY KEY (run_id, phase, number);
ALTER TABLE ONLY public.credit
    ADD CONSTRAINT credit_pkey PRIMARY KEY (source_id, fund);
ALTER TABLE ONLY public.dead_letter
    ADD CONSTRAINT dead_letter_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.deposit
    ADD CONSTRAINT deposit_pkey PRIMARY KEY (deposit_id);
ALTER TABLE ONLY public.gl_account
    ADD CONSTRAINT gl_account_pkey PRIMARY KEY (fund, code);
ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (topic, identity);
ALTER TABLE ONLY public.open_item
    ADD CONSTRAINT open_item_pkey PRIMARY KEY (item_id);
ALTER TABLE ONLY public.opening_item
    ADD CONSTRAINT opening_item_pkey PRIMARY KEY (item_id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id, day);
ALTER TABLE ONLY public.outbox_default
    ADD CONSTRAINT outbox_default_pkey PRIMARY KEY (id, day);
ALTER TABLE ONLY public.outbox_leader
    ADD CONSTRAINT outbox_leader_pkey PRIMARY KEY (one);
ALTER TABLE ONLY public.outbox_pending
    ADD CONSTRAINT outbox_pending_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_pkey PRIMARY KEY (payment_id);
ALTER TABLE ONLY public.run_account
    ADD CONSTRAINT run_account_pkey PRIMARY KEY (run_id, account_id);
ALTER TABLE ONLY public.run
    ADD CONSTRAINT run_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.town_pack
    ADD CONSTRAINT town_pack_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.transfer
    ADD CONSTRAINT transfer_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.unbilled_period
    ADD CONSTRAINT unbilled_period_pkey PRIMARY KEY (account_id, run_id);
ALTER TABLE ONLY public.usage_history
    ADD CONSTRAINT usage_history_pkey PRIMARY KEY (service_point_id, service, period_end);
ALTER TABLE ONLY public.usage
    ADD CONSTRAINT usage_pkey PRIMARY KEY (read_id);
CREATE INDEX account_cycle ON public.account USING btree (cycle, id);
CREATE INDEX account_number ON public.account USING btree (number);
CREATE INDEX agreement_account ON public.agreement USING btree (account_id);
CREATE INDEX agreement_point ON public.agreement USING btree (service_point_id);
CREATE INDEX allocation_account ON public.allocation USING btree (account_id);
CREATE INDEX audit_entity ON public.audit USING btree (entity, id);
CREATE INDEX bill_account ON public.bill USING btree (account_id, through);
CREATE INDEX bill_run ON public.bill USING btree (run_id);
CREATE INDEX chunk_todo ON public.chunk USING btree (run_id, phase, number) WHERE (state = 'todo'::text);
CREATE INDEX credit_open ON public.credit USING btree (account_id) WHERE (remaining > (0)::numeric);
CREATE UNIQUE INDEX dead_letter_once ON public.dead_letter USING btree (topic, partition, "offset", md5(COALESCE(value, '\x'::bytea)));
CREATE INDEX dead_letter_open ON public.dead_letter USING btree (id) WHERE (settled_at IS NULL);
CREATE INDEX deposit_account ON public.deposit USING btree (account_id);
CREATE INDEX open_item_due ON public.open_item USING brin (due_date) WITH (autosummarize='on');
CREATE INDEX open_item_open ON public.open_item USING btree (account_id) WHERE (remaining > (0)::numeric);
CREATE INDEX payment_account ON public.payment USING btree (account_id, payment_seq);
CREATE INDEX run_account_ordinal ON public.run_account USING btree (run_id, ordinal);
CREATE INDEX run_state ON public.run USING btree (state);
CREATE INDEX transfer_account ON public.transfer USING btree (account_id);
CREATE INDEX transfer_day ON public.transfer USING brin (business_date) WITH (autosummarize='on');
CREATE INDEX usage_point ON public.usage USING btree (service_point_id, read_on);
CREATE INDEX usage_replaces ON public.usage USING btree (replaces) WHERE (replaces IS NOT NULL);
CREATE INDEX waiting_fact_awaited ON public.waiting_fact USING btree (awaits, awaited_key);
CREATE UNIQUE INDEX waiting_fact_once ON public.waiting_fact USING btree (topic, identity, md5(value));
ALTER INDEX public.outbox_pkey ATTACH PARTITION public.outbox_default_pkey;
CREATE TRIGGER allocation_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.allocation FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER gl_account_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.gl_account FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER transfer_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.transfer FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
ALTER TABLE ONLY public.agreement
    ADD CONSTRAINT agreement_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id);
ALTER TABLE ONLY public.billing_run
    ADD CONSTRAINT billing_run_id_fkey FOREIGN KEY (id) REFERENCES public.run(id);
ALTER TABLE ONLY public.chunk
    ADD CONSTRAINT chunk_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.run(id);
INSERT INTO public.alembic_version VALUES ('0002');
SELECT pg_catalog.setval('public.audit_id_seq', 1, false);
SELECT pg_catalog.setval('public.dead_letter_id_seq', 1, false);
SELECT pg_catalog.setval('public.outbox_id', 1, false);
SELECT pg_catalog.setval('public.town_pack_number_seq', 1, false);
