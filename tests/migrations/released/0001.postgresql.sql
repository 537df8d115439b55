-- A desk of version 0001 with one case, as it was released. Never changed: see tests/migrations/test_released.py.
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE FUNCTION public.audit_only_grows() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'the audit only grows'; END $$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.addresses (
    provider character varying(64) NOT NULL,
    channel character varying(80) NOT NULL,
    value character varying(320) NOT NULL,
    channel_kind character varying(16) NOT NULL,
    person_id bigint NOT NULL,
    blocked character varying(200) NOT NULL,
    confirmed boolean NOT NULL,
    since timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.addresses FORCE ROW LEVEL SECURITY;
CREATE TABLE public.agent_identities (
    channel_kind character varying(16) NOT NULL,
    value character varying(320) NOT NULL,
    agent character varying(64) NOT NULL,
    CONSTRAINT ck_agent_identities_value CHECK (((value)::text <> ''::text))
);
CREATE TABLE public.agents (
    id character varying(64) NOT NULL,
    names json NOT NULL,
    active boolean NOT NULL,
    CONSTRAINT ck_agents_id CHECK (((id)::text <> ''::text))
);
CREATE TABLE public.alarms (
    key character varying(160) NOT NULL,
    kind character varying(24) NOT NULL,
    provider character varying(64) NOT NULL,
    number integer NOT NULL,
    what character varying(400) NOT NULL,
    why character varying(400) NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone,
    over_at timestamp with time zone,
    told_at timestamp with time zone,
    told_count integer DEFAULT 0 NOT NULL,
    step integer DEFAULT 0 NOT NULL
);
COMMENT ON COLUMN public.alarms.provider IS 'empty where it concerns the whole desk';
COMMENT ON COLUMN public.alarms.until IS 'when it ends by itself';
COMMENT ON COLUMN public.alarms.step IS 'how often it was told louder';
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.arrivals (
    id bigint NOT NULL,
    channel character varying(80) NOT NULL,
    key character varying(200) NOT NULL,
    lane character varying(500) NOT NULL,
    body bytea NOT NULL,
    received_at timestamp with time zone NOT NULL,
    state character varying(12) NOT NULL,
    due_at timestamp with time zone NOT NULL,
    holder character varying(80),
    held_until timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    problem text,
    outcome character varying(40),
    outcome_names json,
    decided_by text,
    case_id bigint,
    decided_at timestamp with time zone,
    known_at timestamp with time zone,
    quiet_ms integer DEFAULT 0 NOT NULL,
    joined_to bigint
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='500', autovacuum_vacuum_cost_delay='1');
COMMENT ON COLUMN public.arrivals.state IS 'waiting, done or quarantined';
COMMENT ON COLUMN public.arrivals.outcome IS 'desk.model.arrival_outcomes.stored_outcome';
COMMENT ON COLUMN public.arrivals.outcome_names IS 'what the sentence of a refusal says';
COMMENT ON COLUMN public.arrivals.decided_by IS 'the rules that decided, in order, with spaces between them';
COMMENT ON COLUMN public.arrivals.known_at IS 'when the articles and phrasings that were known then had been read';
COMMENT ON COLUMN public.arrivals.quiet_ms IS 'a piece of free text: waits so long for more';
COMMENT ON COLUMN public.arrivals.joined_to IS 'the arrival it was decided with, as one message';
CREATE SEQUENCE public.arrivals_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.arrivals_id_seq OWNED BY public.arrivals.id;
CREATE TABLE public.article_links (
    provider character varying(64) NOT NULL,
    case_id bigint NOT NULL,
    article character varying(60) NOT NULL,
    kind character varying(12) NOT NULL,
    agent character varying(80) NOT NULL,
    note character varying(400) NOT NULL,
    at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.article_links FORCE ROW LEVEL SECURITY;
CREATE TABLE public.article_versions (
    provider character varying(64) NOT NULL,
    article character varying(60) NOT NULL,
    language character varying(8) NOT NULL,
    version integer NOT NULL,
    author character varying(100) NOT NULL,
    why character varying(400) NOT NULL,
    at timestamp with time zone NOT NULL,
    content json NOT NULL
);
CREATE TABLE public.articles (
    provider character varying(64) NOT NULL,
    id character varying(60) NOT NULL,
    language character varying(8) NOT NULL,
    title text NOT NULL,
    phrasings json NOT NULL,
    body text NOT NULL,
    pictures json NOT NULL,
    dialog character varying(60) NOT NULL,
    category character varying(24) NOT NULL,
    environment text NOT NULL,
    owner character varying(80) NOT NULL,
    confidence character varying(24) NOT NULL,
    audience character varying(24) NOT NULL,
    governance character varying(24) DEFAULT 'experience_based'::character varying NOT NULL,
    file_hash character varying(64) NOT NULL,
    content_hash character varying(64) NOT NULL,
    updated_at timestamp with time zone NOT NULL
);
CREATE TABLE public.audit (
    provider character varying(64) NOT NULL,
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    actor character varying(100) NOT NULL,
    operation character varying(40) NOT NULL,
    case_id bigint,
    case_number character varying(40) NOT NULL,
    details json NOT NULL,
    outcome character varying(40) NOT NULL,
    arrival_id bigint
);
ALTER TABLE ONLY public.audit FORCE ROW LEVEL SECURITY;
CREATE TABLE public.automatic_messages_sent (
    peer character varying(320) NOT NULL,
    number bigint NOT NULL,
    domain character varying(255) NOT NULL,
    at timestamp with time zone NOT NULL,
    answered character varying(16) DEFAULT ''::character varying NOT NULL,
    asked boolean DEFAULT false NOT NULL
);
COMMENT ON COLUMN public.automatic_messages_sent.number IS 'so two workers with one count collide';
COMMENT ON COLUMN public.automatic_messages_sent.answered IS 'digest of the words it answered';
COMMENT ON COLUMN public.automatic_messages_sent.asked IS 'it answered a person';
CREATE TABLE public.cases (
    provider character varying(64) NOT NULL,
    id bigint NOT NULL,
    number character varying(40),
    revision integer NOT NULL,
    person_id bigint NOT NULL,
    language character varying(8) NOT NULL,
    channel character varying(80) NOT NULL,
    channel_kind character varying(16) NOT NULL,
    address character varying(320) NOT NULL,
    thread json NOT NULL,
    state character varying(16) NOT NULL,
    reason character varying(40) NOT NULL,
    contract character varying(80) NOT NULL,
    entitlement character varying(16) NOT NULL,
    proved boolean NOT NULL,
    upset boolean NOT NULL,
    subject character varying(400) NOT NULL,
    description text NOT NULL,
    category character varying(40) NOT NULL,
    ticket_type character varying(24) NOT NULL,
    dialog character varying(64) NOT NULL,
    answers json NOT NULL,
    occurred character varying(400) NOT NULL,
    place character varying(400) NOT NULL,
    circumstances text NOT NULL,
    present json NOT NULL,
    absent json NOT NULL,
    fault_zone character varying(32) NOT NULL,
    zone_sure double precision NOT NULL,
    severity character varying(16) NOT NULL,
    articles json NOT NULL,
    queue character varying(80) NOT NULL,
    owner character varying(80) NOT NULL,
    eta timestamp with time zone,
    eta_version integer NOT NULL,
    card character varying(64) NOT NULL,
    unread integer NOT NULL,
    last_acknowledgement character varying(60) NOT NULL,
    eta_told integer NOT NULL,
    phone character varying(40) NOT NULL,
    service_level character varying(40) NOT NULL,
    plan character varying(200) NOT NULL,
    holder character varying(200) NOT NULL,
    callback_phone character varying(40) NOT NULL,
    preferred_way character varying(16) NOT NULL,
    related json NOT NULL,
    history json NOT NULL,
    recurrences integer NOT NULL,
    taken_up_at timestamp with time zone,
    opened_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    registered_at timestamp with time zone,
    taken_at timestamp with time zone,
    asked_at timestamp with time zone,
    answered_at timestamp with time zone,
    reminded_at timestamp with time zone,
    resolved_at timestamp with time zone,
    closed_at timestamp with time zone,
    consent json NOT NULL
);
ALTER TABLE ONLY public.cases FORCE ROW LEVEL SECURITY;
CREATE TABLE public.contents (
    hash character varying(64) NOT NULL,
    kind character varying(24) NOT NULL,
    source text NOT NULL
);
COMMENT ON COLUMN public.contents.hash IS 'sha256 of the source: a version once used is kept';
CREATE TABLE public.counters (
    provider character varying(64) NOT NULL,
    name character varying(40) NOT NULL,
    value bigint NOT NULL
);
CREATE TABLE public.departures (
    id bigint NOT NULL,
    key character varying(64) NOT NULL,
    provider character varying(64) NOT NULL,
    channel character varying(80) NOT NULL,
    lane character varying(500) NOT NULL,
    kind character varying(24) NOT NULL,
    policy character varying(8) NOT NULL,
    body json NOT NULL,
    case_id bigint NOT NULL,
    state character varying(12) NOT NULL,
    due_at timestamp with time zone NOT NULL,
    holder character varying(80),
    held_until timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    doubts integer DEFAULT 0 NOT NULL,
    remote character varying(400) DEFAULT ''::character varying NOT NULL,
    supersedes character varying(64) DEFAULT ''::character varying NOT NULL,
    problem text,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    remote_at timestamp with time zone,
    asks character varying(100),
    priority integer DEFAULT 0 NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='500', autovacuum_vacuum_cost_delay='1');
COMMENT ON COLUMN public.departures.key IS '<arrival id>.<number>: never enqueued twice';
COMMENT ON COLUMN public.departures.state IS 'pending, sending, sent, failed, unknown or superseded';
COMMENT ON COLUMN public.departures.doubts IS 'how often its fate was unknown';
COMMENT ON COLUMN public.departures.remote_at IS 'when it was there by the clock of the channel''s server';
COMMENT ON COLUMN public.departures.asks IS 'the question open with it, owner:question; null where it is no part of the talk';
COMMENT ON COLUMN public.departures.priority IS 'desk.model.messages.SendPriority';
CREATE SEQUENCE public.departures_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.departures_id_seq OWNED BY public.departures.id;
CREATE TABLE public.dialog_states (
    provider character varying(64) NOT NULL,
    case_id bigint NOT NULL,
    owner character varying(16) NOT NULL,
    question character varying(80) NOT NULL,
    prompt integer NOT NULL,
    tries integer NOT NULL,
    asked json NOT NULL,
    dialog_hash character varying(64) NOT NULL,
    put json NOT NULL,
    rephrased integer NOT NULL,
    angry integer NOT NULL,
    waits integer NOT NULL,
    heard json NOT NULL,
    paused json NOT NULL,
    kept json NOT NULL
);
ALTER TABLE ONLY public.dialog_states FORCE ROW LEVEL SECURITY;
CREATE TABLE public.fingerprints (
    provider character varying(64) NOT NULL,
    fingerprint character varying(64) NOT NULL,
    arrival_id bigint NOT NULL
);
COMMENT ON COLUMN public.fingerprints.provider IS 'of the receiving channel, so that it never moves';
CREATE TABLE public.guesses (
    provider character varying(64) NOT NULL,
    number bigint NOT NULL,
    who character varying(400) NOT NULL,
    at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.guesses FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.guesses.number IS 'two who count alike cannot both write';
COMMENT ON COLUMN public.guesses.who IS '<channel>:<address>';
CREATE TABLE public.journal (
    provider character varying(64) NOT NULL,
    id bigint NOT NULL,
    case_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    kind character varying(24) NOT NULL,
    data json NOT NULL,
    actor character varying(100) NOT NULL,
    channel_kind character varying(16) NOT NULL,
    text text NOT NULL,
    files json NOT NULL,
    public boolean NOT NULL,
    rule character varying(60) NOT NULL,
    arrival_id bigint
);
ALTER TABLE ONLY public.journal FORCE ROW LEVEL SECURITY;
CREATE TABLE public.learned_phrasings (
    provider character varying(64) NOT NULL,
    case_id bigint NOT NULL,
    article character varying(60) NOT NULL,
    person_id bigint NOT NULL,
    language character varying(8) NOT NULL,
    text text NOT NULL,
    author character varying(100) NOT NULL,
    refused character varying(40) NOT NULL,
    at timestamp with time zone NOT NULL,
    repeats bigint
);
ALTER TABLE ONLY public.learned_phrasings FORCE ROW LEVEL SECURITY;
CREATE TABLE public.leases (
    name character varying(120) NOT NULL,
    holder character varying(80) NOT NULL,
    fence bigint NOT NULL,
    held_until timestamp with time zone NOT NULL
)
WITH (fillfactor='50', autovacuum_vacuum_threshold='200', autovacuum_vacuum_scale_factor='0');
CREATE TABLE public.mail_ledger (
    channel character varying(80) NOT NULL,
    epoch character varying(24) NOT NULL,
    uid bigint NOT NULL,
    size bigint NOT NULL,
    date character varying(40) NOT NULL,
    received_at timestamp with time zone NOT NULL,
    outcome character varying(12) NOT NULL,
    decision character varying(40) DEFAULT ''::character varying NOT NULL,
    case_id bigint,
    message_id character varying(200) DEFAULT ''::character varying NOT NULL
);
COMMENT ON COLUMN public.mail_ledger.epoch IS '<uidvalidity>, or <uidvalidity>.<renumbered_times>';
COMMENT ON COLUMN public.mail_ledger.size IS 'bytes, as the server says';
COMMENT ON COLUMN public.mail_ledger.date IS 'INTERNALDATE, as the server says';
COMMENT ON COLUMN public.mail_ledger.outcome IS 'see mail.receiving.mail_outcomes';
COMMENT ON COLUMN public.mail_ledger.decision IS 'as the inbox calls it';
CREATE TABLE public.mailboxes (
    channel character varying(80) NOT NULL,
    uidvalidity bigint NOT NULL,
    first_uid bigint NOT NULL,
    next_uid bigint NOT NULL,
    connected_at timestamp with time zone NOT NULL,
    renumbered_times integer DEFAULT 0 NOT NULL,
    handled_uid bigint DEFAULT '0'::bigint NOT NULL,
    reconciled_at timestamp with time zone,
    difference text DEFAULT ''::text NOT NULL,
    differed_at timestamp with time zone
);
COMMENT ON COLUMN public.mailboxes.uidvalidity IS 'the epoch of the UIDs, from the server';
COMMENT ON COLUMN public.mailboxes.first_uid IS 'from here on mail is newer than connected_at';
COMMENT ON COLUMN public.mailboxes.next_uid IS 'the first UID not stored yet';
COMMENT ON COLUMN public.mailboxes.connected_at IS 'the first connection ever: older mail is not ours';
COMMENT ON COLUMN public.mailboxes.renumbered_times IS 'under the same UIDVALIDITY';
COMMENT ON COLUMN public.mailboxes.handled_uid IS 'the first UID not flagged or moved';
COMMENT ON COLUMN public.mailboxes.reconciled_at IS 'when the server was last compared with the ledger';
COMMENT ON COLUMN public.mailboxes.difference IS 'the last one found';
CREATE TABLE public.memberships (
    provider character varying(64) NOT NULL,
    agent character varying(64) NOT NULL,
    role character varying(16) NOT NULL,
    teams json NOT NULL,
    skills json NOT NULL,
    CONSTRAINT ck_memberships_role CHECK (((role)::text = ANY ((ARRAY['agent'::character varying, 'lead'::character varying, 'admin'::character varying])::text[])))
);
ALTER TABLE ONLY public.memberships FORCE ROW LEVEL SECURITY;
CREATE TABLE public.moved_groups (
    channel character varying(80) NOT NULL,
    chat bigint NOT NULL,
    moved_to bigint NOT NULL
);
COMMENT ON COLUMN public.moved_groups.chat IS 'what the settings may still have';
CREATE TABLE public.muted_peers (
    peer character varying(320) NOT NULL,
    since timestamp with time zone NOT NULL,
    why character varying(200) NOT NULL
);
CREATE TABLE public.pending (
    arrival_id bigint NOT NULL,
    provider character varying(64) NOT NULL,
    case_id bigint NOT NULL,
    sender character varying(320) NOT NULL,
    subject character varying(400) NOT NULL,
    why character varying(200) NOT NULL,
    since timestamp with time zone NOT NULL,
    state character varying(12) NOT NULL
);
ALTER TABLE ONLY public.pending FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN public.pending.case_id IS 'the case it claims to belong to, or 0';
COMMENT ON COLUMN public.pending.state IS 'waiting, accepted or refused';
CREATE TABLE public.people (
    provider character varying(64) NOT NULL,
    id bigint NOT NULL,
    name character varying(200) NOT NULL,
    language character varying(8) NOT NULL,
    contract character varying(80) NOT NULL,
    created_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.people FORCE ROW LEVEL SECURITY;
CREATE TABLE public.presence (
    agent character varying(64) NOT NULL,
    state character varying(8) NOT NULL,
    since timestamp with time zone NOT NULL,
    set_by character varying(100) NOT NULL,
    CONSTRAINT ck_presence_state CHECK (((state)::text = ANY ((ARRAY['in'::character varying, 'away'::character varying, 'off'::character varying])::text[])))
);
CREATE TABLE public.provider_routes (
    key character varying(420) NOT NULL,
    provider character varying(64) NOT NULL
);
COMMENT ON COLUMN public.provider_routes.key IS 'case:<id> or address:<channel>:<value>, of shared channels only';
CREATE TABLE public.suggestions (
    provider character varying(64) NOT NULL,
    case_id bigint NOT NULL,
    article character varying(60) NOT NULL,
    language character varying(8) NOT NULL,
    score double precision NOT NULL,
    offered_at timestamp with time zone NOT NULL,
    outcome character varying(12) NOT NULL,
    outcome_at timestamp with time zone
);
ALTER TABLE ONLY public.suggestions FORCE ROW LEVEL SECURITY;
CREATE TABLE public.team_files (
    provider character varying(64) NOT NULL,
    hash character varying(64) NOT NULL,
    entries json NOT NULL,
    imported_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.team_files FORCE ROW LEVEL SECURITY;
CREATE TABLE public.teams (
    provider character varying(64) NOT NULL,
    id character varying(64) NOT NULL,
    kind character varying(8) NOT NULL,
    titles json NOT NULL,
    CONSTRAINT ck_teams_kind CHECK (((kind)::text = ANY ((ARRAY['queue'::character varying, 'group'::character varying])::text[])))
);
ALTER TABLE ONLY public.teams FORCE ROW LEVEL SECURITY;
CREATE TABLE public.timers (
    key character varying(120) NOT NULL,
    provider character varying(64) NOT NULL,
    case_id bigint NOT NULL,
    kind character varying(40) NOT NULL,
    fire_at timestamp with time zone NOT NULL,
    version integer NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='500', autovacuum_vacuum_cost_delay='1');
COMMENT ON COLUMN public.timers.key IS '<case id>:<key>: set again, it moves';
COMMENT ON COLUMN public.timers.version IS 'grows each time it is set again';
CREATE TABLE public.unsubscribed_peers (
    peer character varying(320) NOT NULL,
    since timestamp with time zone NOT NULL
);
COMMENT ON COLUMN public.unsubscribed_peers.since IS 'when they unsubscribed';
ALTER TABLE ONLY public.arrivals ALTER COLUMN id SET DEFAULT nextval('public.arrivals_id_seq'::regclass);
ALTER TABLE ONLY public.departures ALTER COLUMN id SET DEFAULT nextval('public.departures_id_seq'::regclass);
INSERT INTO public.addresses VALUES ('sever', 'chat:sever', 'anna', 'chat', 121043543715217665, '', true, '2026-12-01 00:23:49.702889+00');
INSERT INTO public.agent_identities VALUES ('telegram', '700001', 'ivanova');
INSERT INTO public.agent_identities VALUES ('mail', 'ivanova@sever.test', 'ivanova');
INSERT INTO public.agent_identities VALUES ('telegram', '700002', 'petrov');
INSERT INTO public.agent_identities VALUES ('mail', 'petrov@sever.test', 'petrov');
INSERT INTO public.agent_identities VALUES ('telegram', '700003', 'sidorova');
INSERT INTO public.agent_identities VALUES ('mail', 'sidorova@sever.test', 'sidorova');
INSERT INTO public.agent_identities VALUES ('telegram', '700101', 'lugovaya');
INSERT INTO public.agent_identities VALUES ('mail', 'lugovaya@volga.test', 'lugovaya');
INSERT INTO public.agents VALUES ('ivanova', '{"ru": "\u041c\u0430\u0440\u0438\u044f \u0418\u0432\u0430\u043d\u043e\u0432\u0430", "en": "Maria Ivanova"}', true);
INSERT INTO public.agents VALUES ('lugovaya', '{"ru": "\u0412\u0435\u0440\u0430 \u041b\u0443\u0433\u043e\u0432\u0430\u044f", "en": "Vera Lugovaya"}', true);
INSERT INTO public.agents VALUES ('petrov', '{"ru": "\u041e\u043b\u0435\u0433 \u041f\u0435\u0442\u0440\u043e\u0432", "en": "Oleg Petrov"}', true);
INSERT INTO public.agents VALUES ('sidorova', '{"ru": "\u0414\u0438\u043d\u0430 \u0421\u0438\u0434\u043e\u0440\u043e\u0432\u0430", "en": "Dina Sidorova"}', true);
INSERT INTO public.alembic_version VALUES ('0001');
INSERT INTO public.arrivals VALUES (1, 'chat:sever', '7bd6b229cb0d4bc896c0d60b901799fa', 'chat:sever:anna', '\x7b226964223a2022616e6e61222c20226e616d65223a2022d090d0bdd0bdd0b0222c20226c616e6775616765223a2022222c20226576656e74223a202273616964222c202274657874223a2022d09dd0b5d18220d0b8d0bdd182d0b5d180d0bdd0b5d182d0b02c20d0b4d0bed0b3d0bed0b2d0bed1802034302d31313837222c202266696c6573223a205b5d7d', '2026-12-01 00:23:49.611059+00', 'done', '2026-12-01 00:23:49.611059+00', NULL, NULL, 0, NULL, 'case', NULL, 'intake.greet intake.describe_problem intake.note_facts intake.recognise_account intake.choose_dialog escalation.register_case', 121043543715217666, '2026-12-01 00:23:49.702889+00', '2026-12-01 00:23:49.470002+00', 0, NULL);
INSERT INTO public.arrivals VALUES (2, 'chat:sever', '0fb403590cc345158356bb9234f4ac5d', 'chat:sever:anna', '\x7b226964223a2022616e6e61222c20226e616d65223a2022d090d0bdd0bdd0b0222c20226c616e6775616765223a2022222c20226576656e74223a202273616964222c202274657874223a2022d0bed0bfd0b5d180d0b0d182d0bed180222c202266696c6573223a205b5d7d', '2026-12-01 00:23:51.644165+00', 'done', '2026-12-01 00:23:51.644165+00', NULL, NULL, 0, NULL, 'reply', NULL, 'escalation.answer_who_waits', 121043543715217666, '2026-12-01 00:23:54.657572+00', '2026-12-01 00:23:49.470002+00', 0, NULL);
INSERT INTO public.arrivals VALUES (3, 'chat:sever', '8989a7a9f9794e7b9ad0b07bfebe0e9f', 'chat:sever:anna', '\x7b226964223a2022616e6e61222c20226e616d65223a2022d090d0bdd0bdd0b0222c20226c616e6775616765223a2022222c20226576656e74223a202273616964222c202274657874223a2022d0bdd0b5d182222c202266696c6573223a205b5d7d', '2026-12-01 00:23:54.925349+00', 'done', '2026-12-01 00:23:54.925349+00', NULL, NULL, 0, NULL, 'reply', NULL, 'escalation.answer_who_waits', 121043543715217666, '2026-12-01 00:23:57.885455+00', '2026-12-01 00:23:49.470002+00', 0, NULL);
INSERT INTO public.arrivals VALUES (4, 'chat:sever', 'a78335aa78b347b0be428b5b2c3c6aaf', 'chat:sever:anna', '\x7b226964223a2022616e6e61222c20226e616d65223a2022d090d0bdd0bdd0b0222c20226c616e6775616765223a2022222c20226576656e74223a202273616964222c202274657874223a2022d0b4d0b0222c202266696c6573223a205b5d7d', '2026-12-01 00:23:58.00118+00', 'done', '2026-12-01 00:23:58.00118+00', NULL, NULL, 0, NULL, 'reply', NULL, 'escalation.answer_who_waits', 121043543715217666, '2026-12-01 00:24:00.937952+00', '2026-12-01 00:23:49.470002+00', 0, NULL);
INSERT INTO public.audit VALUES ('_desk', 121043418799097878, '2026-12-01 00:23:19.91929+00', 'operator:root', 'migrate', NULL, '', '{"before": "", "after": "0001"}', 'done', NULL);
INSERT INTO public.audit VALUES ('sever', 121043419273844044, '2026-12-01 00:23:20.032561+00', 'operator:root', 'agents import', NULL, '', '{"taken": ["team/l1", "team/billing", "team/field", "team/l1_remote", "team/noc", "agent/ivanova", "agent/petrov", "agent/sidorova"], "conflicts": []}', 'done', NULL);
INSERT INTO public.audit VALUES ('volga', 121043419273844045, '2026-12-01 00:23:20.032561+00', 'operator:root', 'agents import', NULL, '', '{"taken": ["team/l1", "team/billing", "agent/lugovaya"], "conflicts": []}', 'done', NULL);
INSERT INTO public.cases VALUES ('sever', 121043543715217666, 'SN-2026-000001-5', 4, 121043543715217665, 'ru', 'chat:sever', 'chat', 'anna', '[]', 'acknowledged', 'queued', '40-1187', 'ok', false, false, '', 'Нет интернета, договор 40-1187', '', '', '', '{}', '', '', '', '[]', '[]', '', 0, '', '[]', 'queue:l1', '', NULL, 0, '', 2, 'waiting_noted', 0, '+7 000 555-00-01', 'residential', 'internet-300, mail', 'Анна Смирнова', '', '', '[]', '[]', 0, NULL, '2026-12-01 00:23:49.702889+00', '2026-12-01 00:24:00.937952+00', '2026-12-01 00:23:49.702889+00', NULL, NULL, NULL, '2026-12-01 00:23:54.657572+00', NULL, NULL, '{}');
INSERT INTO public.counters VALUES ('', 'knowledge', 1);
INSERT INTO public.counters VALUES ('', 'agents', 2);
INSERT INTO public.counters VALUES ('sever', 'case 2026', 1);
INSERT INTO public.departures VALUES (1, '1.0', 'sever', 'chat:sever', 'chat:sever:anna', 'text', 'retry', '{"to": "anna", "text": "\u0417\u0434\u0440\u0430\u0432\u0441\u0442\u0432\u0443\u0439\u0442\u0435, \u0410\u043d\u043d\u0430! \u0421\u043f\u0430\u0441\u0438\u0431\u043e, \u0447\u0442\u043e \u043d\u0430\u043f\u0438\u0441\u0430\u043b\u0438. \u0421\u0435\u0439\u0447\u0430\u0441 \u0440\u0430\u0437\u0431\u0435\u0440\u0451\u043c\u0441\u044f.\n\n\u0414\u043e\u0433\u043e\u0432\u043e\u0440 40-1187, \u0437\u0430\u043f\u0438\u0441\u0430\u043b\u0438.\n\n\u041f\u0440\u0438\u043d\u044f\u043b\u0438 \u0437\u0430\u044f\u0432\u043a\u0443 SN-2026-000001-5. \u041d\u0430\u043f\u0438\u0448\u0435\u043c, \u043a\u0430\u043a \u0442\u043e\u043b\u044c\u043a\u043e \u0437\u0430 \u043d\u0435\u0451 \u0432\u043e\u0437\u044c\u043c\u0451\u0442\u0441\u044f \u0441\u043f\u0435\u0446\u0438\u0430\u043b\u0438\u0441\u0442.", "marks": [["bold", 106, 122, ""]], "options": [], "case": 121043543715217666, "prompt": 0, "files": [], "human": false, "edit": false, "in_place": false, "alert": "", "reaction": ""}', 121043543715217666, 'sent', '2026-12-01 00:23:51.59744+00', NULL, NULL, 1, 0, '1.0', '', NULL, '2026-12-01 00:23:49.702889+00', '2026-12-01 00:23:51.59744+00', '2026-12-01 00:23:51.581226+00', '', 3);
INSERT INTO public.departures VALUES (2, '2.0', 'sever', 'chat:sever', 'chat:sever:anna', 'text', 'retry', '{"to": "anna", "text": "\u0412\u0430\u043c \u043e\u0442\u0432\u0435\u0442\u0438\u0442 \u0447\u0435\u043b\u043e\u0432\u0435\u043a: \u0437\u0430\u044f\u0432\u043a\u0430 SN-2026-000001-5 \u0436\u0434\u0451\u0442 \u0441\u043f\u0435\u0446\u0438\u0430\u043b\u0438\u0441\u0442\u0430, \u043c\u044b \u043d\u0430\u043f\u043e\u043c\u043d\u0438\u043b\u0438 \u043e \u0432\u0430\u0441. \u0412\u0441\u0451, \u0447\u0442\u043e \u0432\u044b \u0437\u0434\u0435\u0441\u044c \u043d\u0430\u043f\u0438\u0448\u0435\u0442\u0435, \u043e\u043d \u043f\u0440\u043e\u0447\u0438\u0442\u0430\u0435\u0442.", "marks": [["bold", 28, 44, ""]], "options": [], "case": 121043543715217666, "prompt": 0, "files": [], "human": false, "edit": false, "in_place": false, "alert": "", "reaction": ""}', 121043543715217666, 'sent', '2026-12-01 00:23:54.900419+00', NULL, NULL, 1, 0, '2.0', '', NULL, '2026-12-01 00:23:54.657572+00', '2026-12-01 00:23:54.900419+00', '2026-12-01 00:23:54.889316+00', '', 0);
INSERT INTO public.departures VALUES (3, '3.0', 'sever', 'chat:sever', 'chat:sever:anna', 'text', 'retry', '{"to": "anna", "text": "\u0414\u043e\u0431\u0430\u0432\u0438\u043b\u0438 \u043a \u0437\u0430\u044f\u0432\u043a\u0435 SN-2026-000001-5. \u0421\u043f\u0435\u0446\u0438\u0430\u043b\u0438\u0441\u0442 \u0443\u0432\u0438\u0434\u0438\u0442.", "marks": [], "options": [], "case": 121043543715217666, "prompt": 0, "files": [], "human": false, "edit": false, "in_place": false, "alert": "", "reaction": ""}', 121043543715217666, 'sent', '2026-12-01 00:23:57.984912+00', NULL, NULL, 1, 0, '3.0', '', NULL, '2026-12-01 00:23:57.885455+00', '2026-12-01 00:23:57.984912+00', '2026-12-01 00:23:57.969442+00', '', 0);
INSERT INTO public.departures VALUES (4, '4.0', 'sever', 'chat:sever', 'chat:sever:anna', 'text', 'retry', '{"to": "anna", "text": "\u0425\u043e\u0440\u043e\u0448\u043e. \u041d\u0430\u043f\u0438\u0448\u0435\u043c \u0432\u0430\u043c, \u043a\u0430\u043a \u0442\u043e\u043b\u044c\u043a\u043e \u0431\u0443\u0434\u0443\u0442 \u043d\u043e\u0432\u043e\u0441\u0442\u0438 \u043f\u043e \u0437\u0430\u044f\u0432\u043a\u0435 SN-2026-000001-5.", "marks": [], "options": [], "case": 121043543715217666, "prompt": 0, "files": [], "human": false, "edit": false, "in_place": false, "alert": "", "reaction": ""}', 121043543715217666, 'sent', '2026-12-01 00:24:00.996741+00', NULL, NULL, 1, 0, '4.0', '', NULL, '2026-12-01 00:24:00.937952+00', '2026-12-01 00:24:00.996741+00', '2026-12-01 00:24:00.98604+00', '', 0);
INSERT INTO public.dialog_states VALUES ('sever', 121043543715217666, '', '', 0, 0, '[]', '', '[]', 0, 0, 0, '[{"message": "7bd6b229cb0d4bc896c0d60b901799fa", "text": "\u041d\u0435\u0442 \u0438\u043d\u0442\u0435\u0440\u043d\u0435\u0442\u0430, \u0434\u043e\u0433\u043e\u0432\u043e\u0440 40-1187", "at": "2026-12-01T00:23:49.702889+00:00"}]', '[]', '[]');
INSERT INTO public.journal VALUES ('sever', 121043543715217667, 121043543715217666, '2026-12-01 00:23:49.702889+00', 'dialogue', '{"message": "7bd6b229cb0d4bc896c0d60b901799fa", "answered": "", "origin": "", "quote": "", "folded": ""}', 'subscriber', 'chat', 'Нет интернета, договор 40-1187', '[]', true, '', 1);
INSERT INTO public.journal VALUES ('sever', 121043543715217668, 121043543715217666, '2026-12-01 00:23:49.702889+00', 'state_changed', '{"state": "acknowledged", "reason": "triage", "before": "acknowledged"}', 'desk', '', '', '[]', false, 'intake.choose_dialog', 1);
INSERT INTO public.journal VALUES ('sever', 121043543715217669, 121043543715217666, '2026-12-01 00:23:49.702889+00', 'state_changed', '{"state": "acknowledged", "reason": "queued", "before": "acknowledged"}', 'desk', '', '', '[]', false, 'escalation.register_case', 1);
INSERT INTO public.journal VALUES ('sever', 121043543715217670, 121043543715217666, '2026-12-01 00:23:49.702889+00', 'case_routed', '{"target": "queue:l1", "decided_by": "default", "source": ""}', 'desk', '', '', '[]', false, 'escalation.register_case', 1);
INSERT INTO public.journal VALUES ('sever', 121043543715217671, 121043543715217666, '2026-12-01 00:23:49.702889+00', 'dialogue', '{"message": "", "answered": "", "origin": "", "quote": "", "folded": ""}', 'desk', 'chat', 'Здравствуйте, Анна! Спасибо, что написали. Сейчас разберёмся.
Договор 40-1187, записали.
Приняли заявку SN-2026-000001-5. Напишем, как только за неё возьмётся специалист.', '[]', true, 'intake.greet', 1);
INSERT INTO public.journal VALUES ('sever', 121043564497994241, 121043543715217666, '2026-12-01 00:23:54.657572+00', 'dialogue', '{"message": "0fb403590cc345158356bb9234f4ac5d", "answered": "", "origin": "", "quote": "", "folded": ""}', 'subscriber', 'chat', 'оператор', '[]', true, '', 2);
INSERT INTO public.journal VALUES ('sever', 121043564497994242, 121043543715217666, '2026-12-01 00:23:54.657572+00', 'dialogue', '{"message": "", "answered": "", "origin": "", "quote": "", "folded": ""}', 'desk', 'chat', 'Вам ответит человек: заявка SN-2026-000001-5 ждёт специалиста, мы напомнили о вас. Всё, что вы здесь напишете, он прочитает.', '[]', true, 'escalation.answer_who_waits', 2);
INSERT INTO public.journal VALUES ('sever', 121043578037207809, 121043543715217666, '2026-12-01 00:23:57.885455+00', 'dialogue', '{"message": "8989a7a9f9794e7b9ad0b07bfebe0e9f", "answered": "", "origin": "", "quote": "", "folded": ""}', 'subscriber', 'chat', 'нет', '[]', true, '', 3);
INSERT INTO public.journal VALUES ('sever', 121043578037207810, 121043543715217666, '2026-12-01 00:23:57.885455+00', 'dialogue', '{"message": "", "answered": "", "origin": "", "quote": "", "folded": ""}', 'desk', 'chat', 'Добавили к заявке SN-2026-000001-5. Специалист увидит.', '[]', true, 'escalation.answer_who_waits', 3);
INSERT INTO public.journal VALUES ('sever', 121043590838223873, 121043543715217666, '2026-12-01 00:24:00.937952+00', 'dialogue', '{"message": "a78335aa78b347b0be428b5b2c3c6aaf", "answered": "", "origin": "", "quote": "", "folded": ""}', 'subscriber', 'chat', 'да', '[]', true, '', 4);
INSERT INTO public.journal VALUES ('sever', 121043590838223874, 121043543715217666, '2026-12-01 00:24:00.937952+00', 'dialogue', '{"message": "", "answered": "", "origin": "", "quote": "", "folded": ""}', 'desk', 'chat', 'Хорошо. Напишем вам, как только будут новости по заявке SN-2026-000001-5.', '[]', true, 'escalation.answer_who_waits', 4);
INSERT INTO public.memberships VALUES ('sever', 'ivanova', 'agent', '["l1", "billing"]', '[]');
INSERT INTO public.memberships VALUES ('sever', 'petrov', 'agent', '["l1", "l1_remote"]', '[]');
INSERT INTO public.memberships VALUES ('sever', 'sidorova', 'agent', '["field", "noc"]', '[]');
INSERT INTO public.memberships VALUES ('volga', 'lugovaya', 'agent', '["l1", "billing"]', '[]');
INSERT INTO public.people VALUES ('sever', 121043543715217665, 'Анна', 'ru', '40-1187', '2026-12-01 00:23:49.702889+00');
INSERT INTO public.team_files VALUES ('sever', 'ccac1da5817f4ce65d51d15acc420b4b9952e3fe7b056c2eda84d5f65d33ff9b', '[{"type": "team", "id": "l1", "kind": "queue", "title": {"ru": "\u041f\u0435\u0440\u0432\u0430\u044f \u043b\u0438\u043d\u0438\u044f", "en": "First line"}}, {"type": "team", "id": "billing", "kind": "queue", "title": {"ru": "\u0420\u0430\u0441\u0447\u0451\u0442\u044b \u0441 \u0430\u0431\u043e\u043d\u0435\u043d\u0442\u0430\u043c\u0438", "en": "Billing"}}, {"type": "team", "id": "field", "kind": "queue", "title": {"ru": "\u0412\u044b\u0435\u0437\u0434\u043d\u044b\u0435 \u043c\u0430\u0441\u0442\u0435\u0440\u0430", "en": "Field technicians"}}, {"type": "team", "id": "l1_remote", "kind": "queue", "title": {"ru": "\u0423\u0434\u0430\u043b\u0451\u043d\u043d\u0430\u044f \u043f\u043e\u043c\u043e\u0449\u044c \u0438 \u043d\u0430\u0441\u0442\u0440\u043e\u0439\u043a\u0430", "en": "Remote help and set-up"}}, {"type": "team", "id": "noc", "kind": "group", "title": {"ru": "\u0414\u0435\u0436\u0443\u0440\u043d\u044b\u0435 \u0438\u043d\u0436\u0435\u043d\u0435\u0440\u044b \u0441\u0435\u0442\u0438", "en": "Network duty engineers"}}, {"type": "agent", "id": "ivanova", "name": {"ru": "\u041c\u0430\u0440\u0438\u044f \u0418\u0432\u0430\u043d\u043e\u0432\u0430", "en": "Maria Ivanova"}, "telegram": 700001, "mail": "ivanova@sever.test", "active": true, "role": "agent", "teams": ["l1", "billing"], "skills": []}, {"type": "agent", "id": "petrov", "name": {"ru": "\u041e\u043b\u0435\u0433 \u041f\u0435\u0442\u0440\u043e\u0432", "en": "Oleg Petrov"}, "telegram": 700002, "mail": "petrov@sever.test", "active": true, "role": "agent", "teams": ["l1", "l1_remote"], "skills": []}, {"type": "agent", "id": "sidorova", "name": {"ru": "\u0414\u0438\u043d\u0430 \u0421\u0438\u0434\u043e\u0440\u043e\u0432\u0430", "en": "Dina Sidorova"}, "telegram": 700003, "mail": "sidorova@sever.test", "active": true, "role": "agent", "teams": ["field", "noc"], "skills": []}]', '2026-12-01 00:23:20.032561+00');
INSERT INTO public.team_files VALUES ('volga', 'b94adb0168cb07c540d1797aa29838bbbb87e4be143583f118285ccf751a2f8f', '[{"type": "team", "id": "l1", "kind": "queue", "title": {"ru": "\u041f\u043e\u0434\u0434\u0435\u0440\u0436\u043a\u0430", "en": "Support"}}, {"type": "team", "id": "billing", "kind": "queue", "title": {"ru": "\u041e\u043f\u043b\u0430\u0442\u0430 \u0438 \u0434\u043e\u0433\u043e\u0432\u043e\u0440\u044b", "en": "Payments and contracts"}}, {"type": "agent", "id": "lugovaya", "name": {"ru": "\u0412\u0435\u0440\u0430 \u041b\u0443\u0433\u043e\u0432\u0430\u044f", "en": "Vera Lugovaya"}, "telegram": 700101, "mail": "lugovaya@volga.test", "active": true, "role": "agent", "teams": ["l1", "billing"], "skills": []}]', '2026-12-01 00:23:20.032561+00');
INSERT INTO public.teams VALUES ('sever', 'billing', 'queue', '{"ru": "\u0420\u0430\u0441\u0447\u0451\u0442\u044b \u0441 \u0430\u0431\u043e\u043d\u0435\u043d\u0442\u0430\u043c\u0438", "en": "Billing"}');
INSERT INTO public.teams VALUES ('sever', 'field', 'queue', '{"ru": "\u0412\u044b\u0435\u0437\u0434\u043d\u044b\u0435 \u043c\u0430\u0441\u0442\u0435\u0440\u0430", "en": "Field technicians"}');
INSERT INTO public.teams VALUES ('sever', 'l1', 'queue', '{"ru": "\u041f\u0435\u0440\u0432\u0430\u044f \u043b\u0438\u043d\u0438\u044f", "en": "First line"}');
INSERT INTO public.teams VALUES ('sever', 'l1_remote', 'queue', '{"ru": "\u0423\u0434\u0430\u043b\u0451\u043d\u043d\u0430\u044f \u043f\u043e\u043c\u043e\u0449\u044c \u0438 \u043d\u0430\u0441\u0442\u0440\u043e\u0439\u043a\u0430", "en": "Remote help and set-up"}');
INSERT INTO public.teams VALUES ('sever', 'noc', 'group', '{"ru": "\u0414\u0435\u0436\u0443\u0440\u043d\u044b\u0435 \u0438\u043d\u0436\u0435\u043d\u0435\u0440\u044b \u0441\u0435\u0442\u0438", "en": "Network duty engineers"}');
INSERT INTO public.teams VALUES ('volga', 'billing', 'queue', '{"ru": "\u041e\u043f\u043b\u0430\u0442\u0430 \u0438 \u0434\u043e\u0433\u043e\u0432\u043e\u0440\u044b", "en": "Payments and contracts"}');
INSERT INTO public.teams VALUES ('volga', 'l1', 'queue', '{"ru": "\u041f\u043e\u0434\u0434\u0435\u0440\u0436\u043a\u0430", "en": "Support"}');
INSERT INTO public.timers VALUES ('121043543715217666:take', 'sever', 121043543715217666, 'not_taken', '2026-12-01 00:38:49.702889+00', 0);
SELECT pg_catalog.setval('public.arrivals_id_seq', 4, true);
SELECT pg_catalog.setval('public.departures_id_seq', 4, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.addresses
    ADD CONSTRAINT pk_addresses PRIMARY KEY (provider, channel, value);
ALTER TABLE ONLY public.agent_identities
    ADD CONSTRAINT pk_agent_identities PRIMARY KEY (channel_kind, value);
ALTER TABLE ONLY public.agents
    ADD CONSTRAINT pk_agents PRIMARY KEY (id);
ALTER TABLE ONLY public.alarms
    ADD CONSTRAINT pk_alarms PRIMARY KEY (key);
ALTER TABLE ONLY public.arrivals
    ADD CONSTRAINT pk_arrivals PRIMARY KEY (id);
ALTER TABLE ONLY public.article_links
    ADD CONSTRAINT pk_article_links PRIMARY KEY (provider, case_id, article);
ALTER TABLE ONLY public.article_versions
    ADD CONSTRAINT pk_article_versions PRIMARY KEY (provider, article, language, version);
ALTER TABLE ONLY public.articles
    ADD CONSTRAINT pk_articles PRIMARY KEY (provider, id, language);
ALTER TABLE ONLY public.audit
    ADD CONSTRAINT pk_audit PRIMARY KEY (provider, id);
ALTER TABLE ONLY public.automatic_messages_sent
    ADD CONSTRAINT pk_automatic_messages_sent PRIMARY KEY (peer, number);
ALTER TABLE ONLY public.cases
    ADD CONSTRAINT pk_cases PRIMARY KEY (provider, id);
ALTER TABLE ONLY public.contents
    ADD CONSTRAINT pk_contents PRIMARY KEY (hash);
ALTER TABLE ONLY public.counters
    ADD CONSTRAINT pk_counters PRIMARY KEY (provider, name);
ALTER TABLE ONLY public.departures
    ADD CONSTRAINT pk_departures PRIMARY KEY (id);
ALTER TABLE ONLY public.dialog_states
    ADD CONSTRAINT pk_dialog_states PRIMARY KEY (provider, case_id);
ALTER TABLE ONLY public.fingerprints
    ADD CONSTRAINT pk_fingerprints PRIMARY KEY (provider, fingerprint);
ALTER TABLE ONLY public.guesses
    ADD CONSTRAINT pk_guesses PRIMARY KEY (provider, number);
ALTER TABLE ONLY public.journal
    ADD CONSTRAINT pk_journal PRIMARY KEY (provider, id);
ALTER TABLE ONLY public.learned_phrasings
    ADD CONSTRAINT pk_learned_phrasings PRIMARY KEY (provider, case_id, article);
ALTER TABLE ONLY public.leases
    ADD CONSTRAINT pk_leases PRIMARY KEY (name);
ALTER TABLE ONLY public.mail_ledger
    ADD CONSTRAINT pk_mail_ledger PRIMARY KEY (channel, epoch, uid);
ALTER TABLE ONLY public.mailboxes
    ADD CONSTRAINT pk_mailboxes PRIMARY KEY (channel);
ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT pk_memberships PRIMARY KEY (provider, agent);
ALTER TABLE ONLY public.moved_groups
    ADD CONSTRAINT pk_moved_groups PRIMARY KEY (channel, chat);
ALTER TABLE ONLY public.muted_peers
    ADD CONSTRAINT pk_muted_peers PRIMARY KEY (peer);
ALTER TABLE ONLY public.pending
    ADD CONSTRAINT pk_pending PRIMARY KEY (arrival_id);
ALTER TABLE ONLY public.people
    ADD CONSTRAINT pk_people PRIMARY KEY (provider, id);
ALTER TABLE ONLY public.presence
    ADD CONSTRAINT pk_presence PRIMARY KEY (agent);
ALTER TABLE ONLY public.provider_routes
    ADD CONSTRAINT pk_provider_routes PRIMARY KEY (key);
ALTER TABLE ONLY public.suggestions
    ADD CONSTRAINT pk_suggestions PRIMARY KEY (provider, case_id, article);
ALTER TABLE ONLY public.team_files
    ADD CONSTRAINT pk_team_files PRIMARY KEY (provider);
ALTER TABLE ONLY public.teams
    ADD CONSTRAINT pk_teams PRIMARY KEY (provider, id);
ALTER TABLE ONLY public.timers
    ADD CONSTRAINT pk_timers PRIMARY KEY (key);
ALTER TABLE ONLY public.unsubscribed_peers
    ADD CONSTRAINT pk_unsubscribed_peers PRIMARY KEY (peer);
ALTER TABLE ONLY public.agent_identities
    ADD CONSTRAINT uq_agent_identities_agent_channel_kind UNIQUE (agent, channel_kind);
ALTER TABLE ONLY public.arrivals
    ADD CONSTRAINT uq_arrivals_channel_key UNIQUE (channel, key);
ALTER TABLE ONLY public.cases
    ADD CONSTRAINT uq_cases_provider_number UNIQUE (provider, number);
ALTER TABLE ONLY public.departures
    ADD CONSTRAINT uq_departures_key UNIQUE (key);
CREATE INDEX addresses_of_person ON public.addresses USING btree (provider, person_id);
CREATE INDEX arrivals_channels ON public.arrivals USING btree (channel, id) WHERE ((state)::text = 'waiting'::text);
CREATE INDEX arrivals_next ON public.arrivals USING btree (id) WHERE ((state)::text = 'waiting'::text);
CREATE INDEX arrivals_of_case ON public.arrivals USING btree (case_id);
CREATE INDEX arrivals_quarantined ON public.arrivals USING btree (id) WHERE ((state)::text = 'quarantined'::text);
CREATE INDEX arrivals_waiting ON public.arrivals USING btree (lane, id) WHERE ((state)::text = 'waiting'::text);
CREATE INDEX article_links_at ON public.article_links USING btree (provider, at);
CREATE INDEX audit_at ON public.audit USING btree (provider, at);
CREATE INDEX audit_of_case ON public.audit USING btree (provider, case_id);
CREATE INDEX automatic_messages_sent_answered ON public.automatic_messages_sent USING btree (answered, at);
CREATE INDEX automatic_messages_sent_at ON public.automatic_messages_sent USING btree (at);
CREATE INDEX automatic_messages_sent_domain ON public.automatic_messages_sent USING btree (domain, at);
CREATE INDEX cases_in_intake ON public.cases USING btree (provider, updated_at) WHERE (((state)::text = 'acknowledged'::text) AND (registered_at IS NULL));
CREATE INDEX cases_of_person ON public.cases USING btree (provider, person_id, state);
CREATE INDEX departures_next ON public.departures USING btree (channel, priority, id) WHERE ((state)::text = ANY ((ARRAY['pending'::character varying, 'sending'::character varying])::text[]));
CREATE INDEX departures_of_case ON public.departures USING btree (case_id);
CREATE INDEX departures_remote ON public.departures USING btree (lane, remote);
CREATE INDEX departures_unsent ON public.departures USING btree (lane, id) WHERE ((state)::text = ANY ((ARRAY['pending'::character varying, 'sending'::character varying])::text[]));
CREATE INDEX departures_unsent_edits ON public.departures USING btree (channel, id) WHERE (((state)::text = ANY ((ARRAY['pending'::character varying, 'sending'::character varying])::text[])) AND ((supersedes)::text <> ''::text));
CREATE INDEX ix_pending_provider ON public.pending USING btree (provider);
CREATE INDEX ix_timers_fire_at ON public.timers USING btree (fire_at);
CREATE INDEX journal_of_case ON public.journal USING btree (provider, case_id, id);
CREATE INDEX mail_ledger_message_ids ON public.mail_ledger USING btree (message_id);
CREATE INDEX mail_ledger_outcomes ON public.mail_ledger USING btree (channel, outcome);
CREATE INDEX suggestions_came ON public.suggestions USING btree (provider, outcome_at);
CREATE TRIGGER audit_only_grows BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit FOR EACH STATEMENT EXECUTE FUNCTION public.audit_only_grows();
ALTER TABLE ONLY public.addresses
    ADD CONSTRAINT fk_addresses_provider_person_id FOREIGN KEY (provider, person_id) REFERENCES public.people(provider, id) ON UPDATE CASCADE;
ALTER TABLE ONLY public.agent_identities
    ADD CONSTRAINT fk_agent_identities_agent FOREIGN KEY (agent) REFERENCES public.agents(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.dialog_states
    ADD CONSTRAINT fk_dialog_states_provider_case_id FOREIGN KEY (provider, case_id) REFERENCES public.cases(provider, id) ON UPDATE CASCADE;
ALTER TABLE ONLY public.journal
    ADD CONSTRAINT fk_journal_provider_case_id FOREIGN KEY (provider, case_id) REFERENCES public.cases(provider, id) ON UPDATE CASCADE;
ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT fk_memberships_agent FOREIGN KEY (agent) REFERENCES public.agents(id);
ALTER TABLE ONLY public.presence
    ADD CONSTRAINT fk_presence_agent FOREIGN KEY (agent) REFERENCES public.agents(id) ON DELETE CASCADE;
ALTER TABLE public.addresses ENABLE ROW LEVEL SECURITY;
CREATE POLICY anybody_adds ON public.audit FOR INSERT WITH CHECK (true);
ALTER TABLE public.article_links ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.cases ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.dialog_states ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.guesses ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.journal ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.learned_phrasings ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.memberships ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_provider ON public.addresses USING (((provider)::text = ANY (string_to_array(current_setting('firstline.providers'::text, true), ','::text))));
CREATE POLICY own_provider ON public.article_links USING (((provider)::text = ANY (string_to_array(current_setting('firstline.providers'::text, true), ','::text))));
CREATE POLICY own_provider ON public.audit FOR SELECT USING (((provider)::text = ANY (string_to_array(current_setting('firstline.providers'::text, true), ','::text))));
CREATE POLICY own_provider ON public.cases USING (((provider)::text = ANY (string_to_array(current_setting('firstline.providers'::text, true), ','::text))));
CREATE POLICY own_provider ON public.dialog_states USING (((provider)::text = ANY (string_to_array(current_setting('firstline.providers'::text, true), ','::text))));
CREATE POLICY own_provider ON public.guesses USING (((provider)::text = ANY (string_to_array(current_setting('firstline.providers'::text, true), ','::text))));
CREATE POLICY own_provider ON public.journal USING (((provider)::text = ANY (string_to_array(current_setting('firstline.providers'::text, true), ','::text))));
CREATE POLICY own_provider ON public.learned_phrasings USING (((provider)::text = ANY (string_to_array(current_setting('firstline.providers'::text, true), ','::text))));
CREATE POLICY own_provider ON public.memberships USING (((provider)::text = ANY (string_to_array(current_setting('firstline.providers'::text, true), ','::text))));
CREATE POLICY own_provider ON public.pending USING (((provider)::text = ANY (string_to_array(current_setting('firstline.providers'::text, true), ','::text))));
CREATE POLICY own_provider ON public.people USING (((provider)::text = ANY (string_to_array(current_setting('firstline.providers'::text, true), ','::text))));
CREATE POLICY own_provider ON public.suggestions USING (((provider)::text = ANY (string_to_array(current_setting('firstline.providers'::text, true), ','::text))));
CREATE POLICY own_provider ON public.team_files USING (((provider)::text = ANY (string_to_array(current_setting('firstline.providers'::text, true), ','::text))));
CREATE POLICY own_provider ON public.teams USING (((provider)::text = ANY (string_to_array(current_setting('firstline.providers'::text, true), ','::text))));
ALTER TABLE public.pending ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.people ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.suggestions ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.team_files ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.teams ENABLE ROW LEVEL SECURITY;
