-- A desk of version 0001 with one case, as it was released. Never changed: see tests/migrations/test_released.py.
BEGIN TRANSACTION;
CREATE TABLE addresses (
	provider VARCHAR(64) NOT NULL, 
	channel VARCHAR(80) NOT NULL, 
	value VARCHAR(320) NOT NULL, 
	channel_kind VARCHAR(16) NOT NULL, 
	person_id BIGINT NOT NULL, 
	blocked VARCHAR(200) NOT NULL, 
	confirmed BOOLEAN NOT NULL, 
	since DATETIME NOT NULL, 
	CONSTRAINT pk_addresses PRIMARY KEY (provider, channel, value), 
	CONSTRAINT fk_addresses_provider_person_id FOREIGN KEY(provider, person_id) REFERENCES people (provider, id) ON UPDATE CASCADE
);
INSERT INTO "addresses" VALUES('sever','chat:sever','anna','chat',121043509296759041,'',1,'2026-12-01 00:23:41.496943');
CREATE TABLE agent_identities (
	channel_kind VARCHAR(16) NOT NULL, 
	value VARCHAR(320) NOT NULL, 
	agent VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_agent_identities PRIMARY KEY (channel_kind, value), 
	CONSTRAINT ck_agent_identities_value CHECK (value <> ''), 
	CONSTRAINT fk_agent_identities_agent FOREIGN KEY(agent) REFERENCES agents (id) ON DELETE CASCADE, 
	CONSTRAINT uq_agent_identities_agent_channel_kind UNIQUE (agent, channel_kind)
);
INSERT INTO "agent_identities" VALUES('telegram','700001','ivanova');
INSERT INTO "agent_identities" VALUES('mail','ivanova@sever.test','ivanova');
INSERT INTO "agent_identities" VALUES('telegram','700002','petrov');
INSERT INTO "agent_identities" VALUES('mail','petrov@sever.test','petrov');
INSERT INTO "agent_identities" VALUES('telegram','700003','sidorova');
INSERT INTO "agent_identities" VALUES('mail','sidorova@sever.test','sidorova');
INSERT INTO "agent_identities" VALUES('telegram','700101','lugovaya');
INSERT INTO "agent_identities" VALUES('mail','lugovaya@volga.test','lugovaya');
CREATE TABLE agents (
	id VARCHAR(64) NOT NULL, 
	names JSON NOT NULL, 
	active BOOLEAN NOT NULL, 
	CONSTRAINT pk_agents PRIMARY KEY (id), 
	CONSTRAINT ck_agents_id CHECK (id <> '')
);
INSERT INTO "agents" VALUES('ivanova','{"ru": "\u041c\u0430\u0440\u0438\u044f \u0418\u0432\u0430\u043d\u043e\u0432\u0430", "en": "Maria Ivanova"}',1);
INSERT INTO "agents" VALUES('lugovaya','{"ru": "\u0412\u0435\u0440\u0430 \u041b\u0443\u0433\u043e\u0432\u0430\u044f", "en": "Vera Lugovaya"}',1);
INSERT INTO "agents" VALUES('petrov','{"ru": "\u041e\u043b\u0435\u0433 \u041f\u0435\u0442\u0440\u043e\u0432", "en": "Oleg Petrov"}',1);
INSERT INTO "agents" VALUES('sidorova','{"ru": "\u0414\u0438\u043d\u0430 \u0421\u0438\u0434\u043e\u0440\u043e\u0432\u0430", "en": "Dina Sidorova"}',1);
CREATE TABLE alarms (
	"key" VARCHAR(160) NOT NULL, 
	kind VARCHAR(24) NOT NULL, 
	provider VARCHAR(64) NOT NULL, 
	number INTEGER NOT NULL, 
	what VARCHAR(400) NOT NULL, 
	why VARCHAR(400) NOT NULL, 
	since DATETIME NOT NULL, 
	until DATETIME, 
	over_at DATETIME, 
	told_at DATETIME, 
	told_count INTEGER DEFAULT '0' NOT NULL, 
	step INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_alarms PRIMARY KEY ("key")
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE arrivals (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	channel VARCHAR(80) NOT NULL, 
	"key" VARCHAR(200) NOT NULL, 
	lane VARCHAR(500) NOT NULL, 
	body BLOB NOT NULL, 
	received_at DATETIME NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	due_at DATETIME NOT NULL, 
	holder VARCHAR(80), 
	held_until DATETIME, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	problem TEXT, 
	outcome VARCHAR(40), 
	outcome_names JSON, 
	decided_by TEXT, 
	case_id BIGINT, 
	decided_at DATETIME, 
	known_at DATETIME, 
	quiet_ms INTEGER DEFAULT '0' NOT NULL, 
	joined_to BIGINT, 
	CONSTRAINT uq_arrivals_channel_key UNIQUE (channel, "key")
);
INSERT INTO "arrivals" VALUES(1,'chat:sever','1518ed0909324d9b805bd5ab929be41c','chat:sever:anna',X'7B226964223A2022616E6E61222C20226E616D65223A2022D090D0BDD0BDD0B0222C20226C616E6775616765223A2022222C20226576656E74223A202273616964222C202274657874223A2022D09DD0B5D18220D0B8D0BDD182D0B5D180D0BDD0B5D182D0B02C20D0B4D0BED0B3D0BED0B2D0BED1802034302D31313837222C202266696C6573223A205B5D7D','2026-12-01 00:23:41.399916','done','2026-12-01 00:23:41.399916',NULL,NULL,0,NULL,'case',NULL,'intake.greet intake.describe_problem intake.note_facts intake.recognise_account intake.choose_dialog escalation.register_case',121043509296759042,'2026-12-01 00:23:41.496943','2026-12-01 00:23:41.298442',0,NULL);
INSERT INTO "arrivals" VALUES(2,'chat:sever','ab3967a448f946fe80caffd5eff705d2','chat:sever:anna',X'7B226964223A2022616E6E61222C20226E616D65223A2022D090D0BDD0BDD0B0222C20226C616E6775616765223A2022222C20226576656E74223A202273616964222C202274657874223A2022D0BED0BFD0B5D180D0B0D182D0BED180222C202266696C6573223A205B5D7D','2026-12-01 00:23:42.821475','done','2026-12-01 00:23:42.821475',NULL,NULL,0,NULL,'reply',NULL,'escalation.answer_who_waits',121043509296759042,'2026-12-01 00:23:42.843871','2026-12-01 00:23:41.298442',0,NULL);
INSERT INTO "arrivals" VALUES(3,'chat:sever','681f908a533b4edfb3fb7c7b235d2b7b','chat:sever:anna',X'7B226964223A2022616E6E61222C20226E616D65223A2022D090D0BDD0BDD0B0222C20226C616E6775616765223A2022222C20226576656E74223A202273616964222C202274657874223A2022D0BDD0B5D182222C202266696C6573223A205B5D7D','2026-12-01 00:23:43.392514','done','2026-12-01 00:23:43.392514',NULL,NULL,0,NULL,'reply',NULL,'escalation.answer_who_waits',121043509296759042,'2026-12-01 00:23:43.433003','2026-12-01 00:23:41.298442',0,NULL);
INSERT INTO "arrivals" VALUES(4,'chat:sever','e6a1e4fe8c704bbabece4bc26adcdf7a','chat:sever:anna',X'7B226964223A2022616E6E61222C20226E616D65223A2022D090D0BDD0BDD0B0222C20226C616E6775616765223A2022222C20226576656E74223A202273616964222C202274657874223A2022D0B4D0B0222C202266696C6573223A205B5D7D','2026-12-01 00:23:43.490861','done','2026-12-01 00:23:43.490861',NULL,NULL,0,NULL,'reply',NULL,'escalation.answer_who_waits',121043509296759042,'2026-12-01 00:23:43.536212','2026-12-01 00:23:41.298442',0,NULL);
CREATE TABLE article_links (
	provider VARCHAR(64) NOT NULL, 
	case_id BIGINT NOT NULL, 
	article VARCHAR(60) NOT NULL, 
	kind VARCHAR(12) NOT NULL, 
	agent VARCHAR(80) NOT NULL, 
	note VARCHAR(400) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_article_links PRIMARY KEY (provider, case_id, article)
);
CREATE TABLE article_versions (
	provider VARCHAR(64) NOT NULL, 
	article VARCHAR(60) NOT NULL, 
	language VARCHAR(8) NOT NULL, 
	version INTEGER NOT NULL, 
	author VARCHAR(100) NOT NULL, 
	why VARCHAR(400) NOT NULL, 
	at DATETIME NOT NULL, 
	content JSON NOT NULL, 
	CONSTRAINT pk_article_versions PRIMARY KEY (provider, article, language, version)
);
CREATE TABLE articles (
	provider VARCHAR(64) NOT NULL, 
	id VARCHAR(60) NOT NULL, 
	language VARCHAR(8) NOT NULL, 
	title TEXT NOT NULL, 
	phrasings JSON NOT NULL, 
	body TEXT NOT NULL, 
	pictures JSON NOT NULL, 
	dialog VARCHAR(60) NOT NULL, 
	category VARCHAR(24) NOT NULL, 
	environment TEXT NOT NULL, 
	owner VARCHAR(80) NOT NULL, 
	confidence VARCHAR(24) NOT NULL, 
	audience VARCHAR(24) NOT NULL, 
	governance VARCHAR(24) DEFAULT 'experience_based' NOT NULL, 
	file_hash VARCHAR(64) NOT NULL, 
	content_hash VARCHAR(64) NOT NULL, 
	updated_at DATETIME NOT NULL, 
	CONSTRAINT pk_articles PRIMARY KEY (provider, id, language)
);
CREATE TABLE audit (
	provider VARCHAR(64) NOT NULL, 
	id BIGINT NOT NULL, 
	at DATETIME NOT NULL, 
	actor VARCHAR(100) NOT NULL, 
	operation VARCHAR(40) NOT NULL, 
	case_id BIGINT, 
	case_number VARCHAR(40) NOT NULL, 
	details JSON NOT NULL, 
	outcome VARCHAR(40) NOT NULL, 
	arrival_id BIGINT, 
	CONSTRAINT pk_audit PRIMARY KEY (provider, id)
);
INSERT INTO "audit" VALUES('sever',121043401284714007,'2026-12-01 00:23:15.743482','operator:root','agents import',NULL,'','{"taken": ["team/l1", "team/billing", "team/field", "team/l1_remote", "team/noc", "agent/ivanova", "agent/petrov", "agent/sidorova"], "conflicts": []}','done',NULL);
INSERT INTO "audit" VALUES('volga',121043401284714008,'2026-12-01 00:23:15.743482','operator:root','agents import',NULL,'','{"taken": ["team/l1", "team/billing", "agent/lugovaya"], "conflicts": []}','done',NULL);
CREATE TABLE automatic_messages_sent (
	peer VARCHAR(320) NOT NULL, 
	number BIGINT NOT NULL, 
	domain VARCHAR(255) NOT NULL, 
	at DATETIME NOT NULL, 
	answered VARCHAR(16) DEFAULT '' NOT NULL, 
	asked BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_automatic_messages_sent PRIMARY KEY (peer, number)
);
CREATE TABLE cases (
	provider VARCHAR(64) NOT NULL, 
	id BIGINT NOT NULL, 
	number VARCHAR(40), 
	revision INTEGER NOT NULL, 
	person_id BIGINT NOT NULL, 
	language VARCHAR(8) NOT NULL, 
	channel VARCHAR(80) NOT NULL, 
	channel_kind VARCHAR(16) NOT NULL, 
	address VARCHAR(320) NOT NULL, 
	thread JSON NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	reason VARCHAR(40) NOT NULL, 
	contract VARCHAR(80) NOT NULL, 
	entitlement VARCHAR(16) NOT NULL, 
	proved BOOLEAN NOT NULL, 
	upset BOOLEAN NOT NULL, 
	subject VARCHAR(400) NOT NULL, 
	description TEXT NOT NULL, 
	category VARCHAR(40) NOT NULL, 
	ticket_type VARCHAR(24) NOT NULL, 
	dialog VARCHAR(64) NOT NULL, 
	answers JSON NOT NULL, 
	occurred VARCHAR(400) NOT NULL, 
	place VARCHAR(400) NOT NULL, 
	circumstances TEXT NOT NULL, 
	present JSON NOT NULL, 
	absent JSON NOT NULL, 
	fault_zone VARCHAR(32) NOT NULL, 
	zone_sure DOUBLE NOT NULL, 
	severity VARCHAR(16) NOT NULL, 
	articles JSON NOT NULL, 
	queue VARCHAR(80) NOT NULL, 
	owner VARCHAR(80) NOT NULL, 
	eta DATETIME, 
	eta_version INTEGER NOT NULL, 
	card VARCHAR(64) NOT NULL, 
	unread INTEGER NOT NULL, 
	last_acknowledgement VARCHAR(60) NOT NULL, 
	eta_told INTEGER NOT NULL, 
	phone VARCHAR(40) NOT NULL, 
	service_level VARCHAR(40) NOT NULL, 
	"plan" VARCHAR(200) NOT NULL, 
	holder VARCHAR(200) NOT NULL, 
	callback_phone VARCHAR(40) NOT NULL, 
	preferred_way VARCHAR(16) NOT NULL, 
	related JSON NOT NULL, 
	history JSON NOT NULL, 
	recurrences INTEGER NOT NULL, 
	taken_up_at DATETIME, 
	opened_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	registered_at DATETIME, 
	taken_at DATETIME, 
	asked_at DATETIME, 
	answered_at DATETIME, 
	reminded_at DATETIME, 
	resolved_at DATETIME, 
	closed_at DATETIME, 
	consent JSON NOT NULL, 
	CONSTRAINT pk_cases PRIMARY KEY (provider, id), 
	CONSTRAINT uq_cases_provider_number UNIQUE (provider, number)
);
INSERT INTO "cases" VALUES('sever',121043509296759042,'SN-2026-000001-5',4,121043509296759041,'ru','chat:sever','chat','anna','[]','acknowledged','queued','40-1187','ok',0,0,'','Нет интернета, договор 40-1187','','','','{}','','','','[]','[]','',0.0,'','[]','queue:l1','',NULL,0,'',2,'waiting_noted',0,'+7 000 555-00-01','residential','internet-300, mail','Анна Смирнова','','','[]','[]',0,NULL,'2026-12-01 00:23:41.496943','2026-12-01 00:23:43.536212','2026-12-01 00:23:41.496943',NULL,NULL,NULL,'2026-12-01 00:23:42.843871',NULL,NULL,'{}');
CREATE TABLE contents (
	hash VARCHAR(64) NOT NULL, 
	kind VARCHAR(24) NOT NULL, 
	source TEXT NOT NULL, 
	CONSTRAINT pk_contents PRIMARY KEY (hash)
);
CREATE TABLE counters (
	provider VARCHAR(64) NOT NULL, 
	name VARCHAR(40) NOT NULL, 
	value BIGINT NOT NULL, 
	CONSTRAINT pk_counters PRIMARY KEY (provider, name)
);
INSERT INTO "counters" VALUES('','knowledge',1);
INSERT INTO "counters" VALUES('','agents',2);
INSERT INTO "counters" VALUES('sever','case 2026',1);
CREATE TABLE departures (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"key" VARCHAR(64) NOT NULL, 
	provider VARCHAR(64) NOT NULL, 
	channel VARCHAR(80) NOT NULL, 
	lane VARCHAR(500) NOT NULL, 
	kind VARCHAR(24) NOT NULL, 
	policy VARCHAR(8) NOT NULL, 
	body JSON NOT NULL, 
	case_id BIGINT NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	due_at DATETIME NOT NULL, 
	holder VARCHAR(80), 
	held_until DATETIME, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	doubts INTEGER DEFAULT '0' NOT NULL, 
	remote VARCHAR(400) DEFAULT '' NOT NULL, 
	supersedes VARCHAR(64) DEFAULT '' NOT NULL, 
	problem TEXT, 
	created_at DATETIME NOT NULL, 
	sent_at DATETIME, 
	remote_at DATETIME, 
	asks VARCHAR(100), 
	priority INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT uq_departures_key UNIQUE ("key")
);
INSERT INTO "departures" VALUES(1,'1.0','sever','chat:sever','chat:sever:anna','text','retry','{"to": "anna", "text": "\u0417\u0434\u0440\u0430\u0432\u0441\u0442\u0432\u0443\u0439\u0442\u0435, \u0410\u043d\u043d\u0430! \u0421\u043f\u0430\u0441\u0438\u0431\u043e, \u0447\u0442\u043e \u043d\u0430\u043f\u0438\u0441\u0430\u043b\u0438. \u0421\u0435\u0439\u0447\u0430\u0441 \u0440\u0430\u0437\u0431\u0435\u0440\u0451\u043c\u0441\u044f.\n\n\u0414\u043e\u0433\u043e\u0432\u043e\u0440 40-1187, \u0437\u0430\u043f\u0438\u0441\u0430\u043b\u0438.\n\n\u041f\u0440\u0438\u043d\u044f\u043b\u0438 \u0437\u0430\u044f\u0432\u043a\u0443 SN-2026-000001-5. \u041d\u0430\u043f\u0438\u0448\u0435\u043c, \u043a\u0430\u043a \u0442\u043e\u043b\u044c\u043a\u043e \u0437\u0430 \u043d\u0435\u0451 \u0432\u043e\u0437\u044c\u043c\u0451\u0442\u0441\u044f \u0441\u043f\u0435\u0446\u0438\u0430\u043b\u0438\u0441\u0442.", "marks": [["bold", 106, 122, ""]], "options": [], "case": 121043509296759042, "prompt": 0, "files": [], "human": false, "edit": false, "in_place": false, "alert": "", "reaction": ""}',121043509296759042,'sent','2026-12-01 00:23:42.812616',NULL,NULL,1,0,'1.0','',NULL,'2026-12-01 00:23:41.496943','2026-12-01 00:23:42.812616','2026-12-01 00:23:42.801196','',3);
INSERT INTO "departures" VALUES(2,'2.0','sever','chat:sever','chat:sever:anna','text','retry','{"to": "anna", "text": "\u0412\u0430\u043c \u043e\u0442\u0432\u0435\u0442\u0438\u0442 \u0447\u0435\u043b\u043e\u0432\u0435\u043a: \u0437\u0430\u044f\u0432\u043a\u0430 SN-2026-000001-5 \u0436\u0434\u0451\u0442 \u0441\u043f\u0435\u0446\u0438\u0430\u043b\u0438\u0441\u0442\u0430, \u043c\u044b \u043d\u0430\u043f\u043e\u043c\u043d\u0438\u043b\u0438 \u043e \u0432\u0430\u0441. \u0412\u0441\u0451, \u0447\u0442\u043e \u0432\u044b \u0437\u0434\u0435\u0441\u044c \u043d\u0430\u043f\u0438\u0448\u0435\u0442\u0435, \u043e\u043d \u043f\u0440\u043e\u0447\u0438\u0442\u0430\u0435\u0442.", "marks": [["bold", 28, 44, ""]], "options": [], "case": 121043509296759042, "prompt": 0, "files": [], "human": false, "edit": false, "in_place": false, "alert": "", "reaction": ""}',121043509296759042,'sent','2026-12-01 00:23:43.376959',NULL,NULL,1,0,'2.0','',NULL,'2026-12-01 00:23:42.843871','2026-12-01 00:23:43.376959','2026-12-01 00:23:43.361140','',0);
INSERT INTO "departures" VALUES(3,'3.0','sever','chat:sever','chat:sever:anna','text','retry','{"to": "anna", "text": "\u0414\u043e\u0431\u0430\u0432\u0438\u043b\u0438 \u043a \u0437\u0430\u044f\u0432\u043a\u0435 SN-2026-000001-5. \u0421\u043f\u0435\u0446\u0438\u0430\u043b\u0438\u0441\u0442 \u0443\u0432\u0438\u0434\u0438\u0442.", "marks": [], "options": [], "case": 121043509296759042, "prompt": 0, "files": [], "human": false, "edit": false, "in_place": false, "alert": "", "reaction": ""}',121043509296759042,'sent','2026-12-01 00:23:43.462619',NULL,NULL,1,0,'3.0','',NULL,'2026-12-01 00:23:43.433003','2026-12-01 00:23:43.462619','2026-12-01 00:23:43.451374','',0);
INSERT INTO "departures" VALUES(4,'4.0','sever','chat:sever','chat:sever:anna','text','retry','{"to": "anna", "text": "\u0425\u043e\u0440\u043e\u0448\u043e. \u041d\u0430\u043f\u0438\u0448\u0435\u043c \u0432\u0430\u043c, \u043a\u0430\u043a \u0442\u043e\u043b\u044c\u043a\u043e \u0431\u0443\u0434\u0443\u0442 \u043d\u043e\u0432\u043e\u0441\u0442\u0438 \u043f\u043e \u0437\u0430\u044f\u0432\u043a\u0435 SN-2026-000001-5.", "marks": [], "options": [], "case": 121043509296759042, "prompt": 0, "files": [], "human": false, "edit": false, "in_place": false, "alert": "", "reaction": ""}',121043509296759042,'sent','2026-12-01 00:23:43.576077',NULL,NULL,1,0,'4.0','',NULL,'2026-12-01 00:23:43.536212','2026-12-01 00:23:43.576077','2026-12-01 00:23:43.565264','',0);
CREATE TABLE dialog_states (
	provider VARCHAR(64) NOT NULL, 
	case_id BIGINT NOT NULL, 
	owner VARCHAR(16) NOT NULL, 
	question VARCHAR(80) NOT NULL, 
	prompt INTEGER NOT NULL, 
	tries INTEGER NOT NULL, 
	asked JSON NOT NULL, 
	dialog_hash VARCHAR(64) NOT NULL, 
	put JSON NOT NULL, 
	rephrased INTEGER NOT NULL, 
	angry INTEGER NOT NULL, 
	waits INTEGER NOT NULL, 
	heard JSON NOT NULL, 
	paused JSON NOT NULL, 
	kept JSON NOT NULL, 
	CONSTRAINT pk_dialog_states PRIMARY KEY (provider, case_id), 
	CONSTRAINT fk_dialog_states_provider_case_id FOREIGN KEY(provider, case_id) REFERENCES cases (provider, id) ON UPDATE CASCADE
);
INSERT INTO "dialog_states" VALUES('sever',121043509296759042,'','',0,0,'[]','','[]',0,0,0,'[{"message": "1518ed0909324d9b805bd5ab929be41c", "text": "\u041d\u0435\u0442 \u0438\u043d\u0442\u0435\u0440\u043d\u0435\u0442\u0430, \u0434\u043e\u0433\u043e\u0432\u043e\u0440 40-1187", "at": "2026-12-01T00:23:41.496943+00:00"}]','[]','[]');
CREATE TABLE fingerprints (
	provider VARCHAR(64) NOT NULL, 
	fingerprint VARCHAR(64) NOT NULL, 
	arrival_id BIGINT NOT NULL, 
	CONSTRAINT pk_fingerprints PRIMARY KEY (provider, fingerprint)
);
CREATE TABLE guesses (
	provider VARCHAR(64) NOT NULL, 
	number BIGINT NOT NULL, 
	who VARCHAR(400) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_guesses PRIMARY KEY (provider, number)
);
CREATE TABLE journal (
	provider VARCHAR(64) NOT NULL, 
	id BIGINT NOT NULL, 
	case_id BIGINT NOT NULL, 
	at DATETIME NOT NULL, 
	kind VARCHAR(24) NOT NULL, 
	data JSON NOT NULL, 
	actor VARCHAR(100) NOT NULL, 
	channel_kind VARCHAR(16) NOT NULL, 
	text TEXT NOT NULL, 
	files JSON NOT NULL, 
	public BOOLEAN NOT NULL, 
	rule VARCHAR(60) NOT NULL, 
	arrival_id BIGINT, 
	CONSTRAINT pk_journal PRIMARY KEY (provider, id), 
	CONSTRAINT fk_journal_provider_case_id FOREIGN KEY(provider, case_id) REFERENCES cases (provider, id) ON UPDATE CASCADE
);
INSERT INTO "journal" VALUES('sever',121043509296759043,121043509296759042,'2026-12-01 00:23:41.496943','dialogue','{"message": "1518ed0909324d9b805bd5ab929be41c", "answered": "", "origin": "", "quote": "", "folded": ""}','subscriber','chat','Нет интернета, договор 40-1187','[]',1,'',1);
INSERT INTO "journal" VALUES('sever',121043509296759044,121043509296759042,'2026-12-01 00:23:41.496943','state_changed','{"state": "acknowledged", "reason": "triage", "before": "acknowledged"}','desk','','','[]',0,'intake.choose_dialog',1);
INSERT INTO "journal" VALUES('sever',121043509296759045,121043509296759042,'2026-12-01 00:23:41.496943','state_changed','{"state": "acknowledged", "reason": "queued", "before": "acknowledged"}','desk','','','[]',0,'escalation.register_case',1);
INSERT INTO "journal" VALUES('sever',121043509296759046,121043509296759042,'2026-12-01 00:23:41.496943','case_routed','{"target": "queue:l1", "decided_by": "default", "source": ""}','desk','','','[]',0,'escalation.register_case',1);
INSERT INTO "journal" VALUES('sever',121043509296759047,121043509296759042,'2026-12-01 00:23:41.496943','dialogue','{"message": "", "answered": "", "origin": "", "quote": "", "folded": ""}','desk','chat','Здравствуйте, Анна! Спасибо, что написали. Сейчас разберёмся.

Договор 40-1187, записали.

Приняли заявку SN-2026-000001-5. Напишем, как только за неё возьмётся специалист.','[]',1,'intake.greet',1);
INSERT INTO "journal" VALUES('sever',121043514946486785,121043509296759042,'2026-12-01 00:23:42.843871','dialogue','{"message": "ab3967a448f946fe80caffd5eff705d2", "answered": "", "origin": "", "quote": "", "folded": ""}','subscriber','chat','оператор','[]',1,'',2);
INSERT INTO "journal" VALUES('sever',121043514946486786,121043509296759042,'2026-12-01 00:23:42.843871','dialogue','{"message": "", "answered": "", "origin": "", "quote": "", "folded": ""}','desk','chat','Вам ответит человек: заявка SN-2026-000001-5 ждёт специалиста, мы напомнили о вас. Всё, что вы здесь напишете, он прочитает.','[]',1,'escalation.answer_who_waits',2);
INSERT INTO "journal" VALUES('sever',121043517421126401,121043509296759042,'2026-12-01 00:23:43.433003','dialogue','{"message": "681f908a533b4edfb3fb7c7b235d2b7b", "answered": "", "origin": "", "quote": "", "folded": ""}','subscriber','chat','нет','[]',1,'',3);
INSERT INTO "journal" VALUES('sever',121043517421126402,121043509296759042,'2026-12-01 00:23:43.433003','dialogue','{"message": "", "answered": "", "origin": "", "quote": "", "folded": ""}','desk','chat','Добавили к заявке SN-2026-000001-5. Специалист увидит.','[]',1,'escalation.answer_who_waits',3);
INSERT INTO "journal" VALUES('sever',121043517853139969,121043509296759042,'2026-12-01 00:23:43.536212','dialogue','{"message": "e6a1e4fe8c704bbabece4bc26adcdf7a", "answered": "", "origin": "", "quote": "", "folded": ""}','subscriber','chat','да','[]',1,'',4);
INSERT INTO "journal" VALUES('sever',121043517853139970,121043509296759042,'2026-12-01 00:23:43.536212','dialogue','{"message": "", "answered": "", "origin": "", "quote": "", "folded": ""}','desk','chat','Хорошо. Напишем вам, как только будут новости по заявке SN-2026-000001-5.','[]',1,'escalation.answer_who_waits',4);
CREATE TABLE learned_phrasings (
	provider VARCHAR(64) NOT NULL, 
	case_id BIGINT NOT NULL, 
	article VARCHAR(60) NOT NULL, 
	person_id BIGINT NOT NULL, 
	language VARCHAR(8) NOT NULL, 
	text TEXT NOT NULL, 
	author VARCHAR(100) NOT NULL, 
	refused VARCHAR(40) NOT NULL, 
	at DATETIME NOT NULL, 
	repeats BIGINT, 
	CONSTRAINT pk_learned_phrasings PRIMARY KEY (provider, case_id, article)
);
CREATE TABLE leases (
	name VARCHAR(120) NOT NULL, 
	holder VARCHAR(80) NOT NULL, 
	fence BIGINT NOT NULL, 
	held_until DATETIME NOT NULL, 
	CONSTRAINT pk_leases PRIMARY KEY (name)
);
CREATE TABLE mail_ledger (
	channel VARCHAR(80) NOT NULL, 
	epoch VARCHAR(24) NOT NULL, 
	uid BIGINT NOT NULL, 
	size BIGINT NOT NULL, 
	date VARCHAR(40) NOT NULL, 
	received_at DATETIME NOT NULL, 
	outcome VARCHAR(12) NOT NULL, 
	decision VARCHAR(40) DEFAULT '' NOT NULL, 
	case_id BIGINT, 
	message_id VARCHAR(200) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_mail_ledger PRIMARY KEY (channel, epoch, uid)
);
CREATE TABLE mailboxes (
	channel VARCHAR(80) NOT NULL, 
	uidvalidity BIGINT NOT NULL, 
	first_uid BIGINT NOT NULL, 
	next_uid BIGINT NOT NULL, 
	connected_at DATETIME NOT NULL, 
	renumbered_times INTEGER DEFAULT '0' NOT NULL, 
	handled_uid BIGINT DEFAULT '0' NOT NULL, 
	reconciled_at DATETIME, 
	difference TEXT DEFAULT '' NOT NULL, 
	differed_at DATETIME, 
	CONSTRAINT pk_mailboxes PRIMARY KEY (channel)
);
CREATE TABLE memberships (
	provider VARCHAR(64) NOT NULL, 
	agent VARCHAR(64) NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	teams JSON NOT NULL, 
	skills JSON NOT NULL, 
	CONSTRAINT pk_memberships PRIMARY KEY (provider, agent), 
	CONSTRAINT ck_memberships_role CHECK (role IN ('agent', 'lead', 'admin')), 
	CONSTRAINT fk_memberships_agent FOREIGN KEY(agent) REFERENCES agents (id)
);
INSERT INTO "memberships" VALUES('sever','ivanova','agent','["l1", "billing"]','[]');
INSERT INTO "memberships" VALUES('sever','petrov','agent','["l1", "l1_remote"]','[]');
INSERT INTO "memberships" VALUES('sever','sidorova','agent','["field", "noc"]','[]');
INSERT INTO "memberships" VALUES('volga','lugovaya','agent','["l1", "billing"]','[]');
CREATE TABLE moved_groups (
	channel VARCHAR(80) NOT NULL, 
	chat BIGINT NOT NULL, 
	moved_to BIGINT NOT NULL, 
	CONSTRAINT pk_moved_groups PRIMARY KEY (channel, chat)
);
CREATE TABLE muted_peers (
	peer VARCHAR(320) NOT NULL, 
	since DATETIME NOT NULL, 
	why VARCHAR(200) NOT NULL, 
	CONSTRAINT pk_muted_peers PRIMARY KEY (peer)
);
CREATE TABLE pending (
	arrival_id BIGINT NOT NULL, 
	provider VARCHAR(64) NOT NULL, 
	case_id BIGINT NOT NULL, 
	sender VARCHAR(320) NOT NULL, 
	subject VARCHAR(400) NOT NULL, 
	why VARCHAR(200) NOT NULL, 
	since DATETIME NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	CONSTRAINT pk_pending PRIMARY KEY (arrival_id)
);
CREATE TABLE people (
	provider VARCHAR(64) NOT NULL, 
	id BIGINT NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	language VARCHAR(8) NOT NULL, 
	contract VARCHAR(80) NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_people PRIMARY KEY (provider, id)
);
INSERT INTO "people" VALUES('sever',121043509296759041,'Анна','ru','40-1187','2026-12-01 00:23:41.496943');
CREATE TABLE presence (
	agent VARCHAR(64) NOT NULL, 
	state VARCHAR(8) NOT NULL, 
	since DATETIME NOT NULL, 
	set_by VARCHAR(100) NOT NULL, 
	CONSTRAINT pk_presence PRIMARY KEY (agent), 
	CONSTRAINT ck_presence_state CHECK (state IN ('in', 'away', 'off')), 
	CONSTRAINT fk_presence_agent FOREIGN KEY(agent) REFERENCES agents (id) ON DELETE CASCADE
);
CREATE TABLE provider_routes (
	"key" VARCHAR(420) NOT NULL, 
	provider VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_provider_routes PRIMARY KEY ("key")
);
CREATE TABLE suggestions (
	provider VARCHAR(64) NOT NULL, 
	case_id BIGINT NOT NULL, 
	article VARCHAR(60) NOT NULL, 
	language VARCHAR(8) NOT NULL, 
	score FLOAT NOT NULL, 
	offered_at DATETIME NOT NULL, 
	outcome VARCHAR(12) NOT NULL, 
	outcome_at DATETIME, 
	CONSTRAINT pk_suggestions PRIMARY KEY (provider, case_id, article)
);
CREATE TABLE team_files (
	provider VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	entries JSON NOT NULL, 
	imported_at DATETIME NOT NULL, 
	CONSTRAINT pk_team_files PRIMARY KEY (provider)
);
INSERT INTO "team_files" VALUES('sever','ccac1da5817f4ce65d51d15acc420b4b9952e3fe7b056c2eda84d5f65d33ff9b','[{"type": "team", "id": "l1", "kind": "queue", "title": {"ru": "\u041f\u0435\u0440\u0432\u0430\u044f \u043b\u0438\u043d\u0438\u044f", "en": "First line"}}, {"type": "team", "id": "billing", "kind": "queue", "title": {"ru": "\u0420\u0430\u0441\u0447\u0451\u0442\u044b \u0441 \u0430\u0431\u043e\u043d\u0435\u043d\u0442\u0430\u043c\u0438", "en": "Billing"}}, {"type": "team", "id": "field", "kind": "queue", "title": {"ru": "\u0412\u044b\u0435\u0437\u0434\u043d\u044b\u0435 \u043c\u0430\u0441\u0442\u0435\u0440\u0430", "en": "Field technicians"}}, {"type": "team", "id": "l1_remote", "kind": "queue", "title": {"ru": "\u0423\u0434\u0430\u043b\u0451\u043d\u043d\u0430\u044f \u043f\u043e\u043c\u043e\u0449\u044c \u0438 \u043d\u0430\u0441\u0442\u0440\u043e\u0439\u043a\u0430", "en": "Remote help and set-up"}}, {"type": "team", "id": "noc", "kind": "group", "title": {"ru": "\u0414\u0435\u0436\u0443\u0440\u043d\u044b\u0435 \u0438\u043d\u0436\u0435\u043d\u0435\u0440\u044b \u0441\u0435\u0442\u0438", "en": "Network duty engineers"}}, {"type": "agent", "id": "ivanova", "name": {"ru": "\u041c\u0430\u0440\u0438\u044f \u0418\u0432\u0430\u043d\u043e\u0432\u0430", "en": "Maria Ivanova"}, "telegram": 700001, "mail": "ivanova@sever.test", "active": true, "role": "agent", "teams": ["l1", "billing"], "skills": []}, {"type": "agent", "id": "petrov", "name": {"ru": "\u041e\u043b\u0435\u0433 \u041f\u0435\u0442\u0440\u043e\u0432", "en": "Oleg Petrov"}, "telegram": 700002, "mail": "petrov@sever.test", "active": true, "role": "agent", "teams": ["l1", "l1_remote"], "skills": []}, {"type": "agent", "id": "sidorova", "name": {"ru": "\u0414\u0438\u043d\u0430 \u0421\u0438\u0434\u043e\u0440\u043e\u0432\u0430", "en": "Dina Sidorova"}, "telegram": 700003, "mail": "sidorova@sever.test", "active": true, "role": "agent", "teams": ["field", "noc"], "skills": []}]','2026-12-01 00:23:15.743482');
INSERT INTO "team_files" VALUES('volga','b94adb0168cb07c540d1797aa29838bbbb87e4be143583f118285ccf751a2f8f','[{"type": "team", "id": "l1", "kind": "queue", "title": {"ru": "\u041f\u043e\u0434\u0434\u0435\u0440\u0436\u043a\u0430", "en": "Support"}}, {"type": "team", "id": "billing", "kind": "queue", "title": {"ru": "\u041e\u043f\u043b\u0430\u0442\u0430 \u0438 \u0434\u043e\u0433\u043e\u0432\u043e\u0440\u044b", "en": "Payments and contracts"}}, {"type": "agent", "id": "lugovaya", "name": {"ru": "\u0412\u0435\u0440\u0430 \u041b\u0443\u0433\u043e\u0432\u0430\u044f", "en": "Vera Lugovaya"}, "telegram": 700101, "mail": "lugovaya@volga.test", "active": true, "role": "agent", "teams": ["l1", "billing"], "skills": []}]','2026-12-01 00:23:15.743482');
CREATE TABLE teams (
	provider VARCHAR(64) NOT NULL, 
	id VARCHAR(64) NOT NULL, 
	kind VARCHAR(8) NOT NULL, 
	titles JSON NOT NULL, 
	CONSTRAINT pk_teams PRIMARY KEY (provider, id), 
	CONSTRAINT ck_teams_kind CHECK (kind IN ('queue', 'group'))
);
INSERT INTO "teams" VALUES('sever','billing','queue','{"ru": "\u0420\u0430\u0441\u0447\u0451\u0442\u044b \u0441 \u0430\u0431\u043e\u043d\u0435\u043d\u0442\u0430\u043c\u0438", "en": "Billing"}');
INSERT INTO "teams" VALUES('sever','field','queue','{"ru": "\u0412\u044b\u0435\u0437\u0434\u043d\u044b\u0435 \u043c\u0430\u0441\u0442\u0435\u0440\u0430", "en": "Field technicians"}');
INSERT INTO "teams" VALUES('sever','l1','queue','{"ru": "\u041f\u0435\u0440\u0432\u0430\u044f \u043b\u0438\u043d\u0438\u044f", "en": "First line"}');
INSERT INTO "teams" VALUES('sever','l1_remote','queue','{"ru": "\u0423\u0434\u0430\u043b\u0451\u043d\u043d\u0430\u044f \u043f\u043e\u043c\u043e\u0449\u044c \u0438 \u043d\u0430\u0441\u0442\u0440\u043e\u0439\u043a\u0430", "en": "Remote help and set-up"}');
INSERT INTO "teams" VALUES('sever','noc','group','{"ru": "\u0414\u0435\u0436\u0443\u0440\u043d\u044b\u0435 \u0438\u043d\u0436\u0435\u043d\u0435\u0440\u044b \u0441\u0435\u0442\u0438", "en": "Network duty engineers"}');
INSERT INTO "teams" VALUES('volga','billing','queue','{"ru": "\u041e\u043f\u043b\u0430\u0442\u0430 \u0438 \u0434\u043e\u0433\u043e\u0432\u043e\u0440\u044b", "en": "Payments and contracts"}');
INSERT INTO "teams" VALUES('volga','l1','queue','{"ru": "\u041f\u043e\u0434\u0434\u0435\u0440\u0436\u043a\u0430", "en": "Support"}');
CREATE TABLE timers (
	"key" VARCHAR(120) NOT NULL, 
	provider VARCHAR(64) NOT NULL, 
	case_id BIGINT NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	fire_at DATETIME NOT NULL, 
	version INTEGER NOT NULL, 
	CONSTRAINT pk_timers PRIMARY KEY ("key")
);
INSERT INTO "timers" VALUES('121043509296759042:take','sever',121043509296759042,'not_taken','2026-12-01 00:38:41.496943',0);
CREATE TABLE unsubscribed_peers (
	peer VARCHAR(320) NOT NULL, 
	since DATETIME NOT NULL, 
	CONSTRAINT pk_unsubscribed_peers PRIMARY KEY (peer)
);
CREATE INDEX arrivals_channels ON arrivals (channel, id) WHERE state = 'waiting';
CREATE INDEX arrivals_next ON arrivals (id) WHERE state = 'waiting';
CREATE INDEX arrivals_of_case ON arrivals (case_id);
CREATE INDEX arrivals_quarantined ON arrivals (id) WHERE state = 'quarantined';
CREATE INDEX arrivals_waiting ON arrivals (lane, id) WHERE state = 'waiting';
CREATE INDEX article_links_at ON article_links (provider, at);
CREATE INDEX audit_at ON audit (provider, at);
CREATE INDEX audit_of_case ON audit (provider, case_id);
CREATE INDEX automatic_messages_sent_answered ON automatic_messages_sent (answered, at);
CREATE INDEX automatic_messages_sent_at ON automatic_messages_sent (at);
CREATE INDEX automatic_messages_sent_domain ON automatic_messages_sent (domain, at);
CREATE INDEX cases_in_intake ON cases (provider, updated_at) WHERE state = 'acknowledged' AND registered_at IS NULL;
CREATE INDEX cases_of_person ON cases (provider, person_id, state);
CREATE INDEX departures_next ON departures (channel, priority, id) WHERE state IN ('pending', 'sending');
CREATE INDEX departures_unsent_edits ON departures (channel, id) WHERE state IN ('pending', 'sending') AND supersedes <> '';
CREATE INDEX departures_of_case ON departures (case_id);
CREATE INDEX departures_remote ON departures (lane, remote);
CREATE INDEX departures_unsent ON departures (lane, id) WHERE state IN ('pending', 'sending');
CREATE INDEX mail_ledger_message_ids ON mail_ledger (message_id);
CREATE INDEX mail_ledger_outcomes ON mail_ledger (channel, outcome);
CREATE INDEX ix_pending_provider ON pending (provider);
CREATE INDEX suggestions_came ON suggestions (provider, outcome_at);
CREATE INDEX ix_timers_fire_at ON timers (fire_at);
CREATE INDEX addresses_of_person ON addresses (provider, person_id);
CREATE INDEX journal_of_case ON journal (provider, case_id, id);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('arrivals',4);
INSERT INTO "sqlite_sequence" VALUES('departures',4);
COMMIT;
