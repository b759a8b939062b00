-- Kitchen tickets: one per order, course and station. New tables, locks nothing.
BEGIN;
SET LOCAL ROLE mpos_owner;

CREATE TABLE pos.ticket (
    tenant_id   uuid NOT NULL,
    ticket_id   uuid NOT NULL,
    outlet_id   uuid NOT NULL,
    order_id    uuid NOT NULL,
    course      integer NOT NULL,
    station     text NOT NULL,
    call_number text NOT NULL,
    channel     text NOT NULL,
    table_label text,
    state       text NOT NULL CHECK (state IN ('new', 'cooking', 'ready', 'served', 'cancelled')),
    version     integer NOT NULL,
    sent_at     timestamptz NOT NULL,
    changed_at  timestamptz NOT NULL,
    last_bump   uuid,
    PRIMARY KEY (tenant_id, ticket_id),
    UNIQUE (tenant_id, order_id, course, station)
);
-- Indexes beside the key do not begin with tenant_id; see orders. What a kitchen screen asks for: the few tickets still open, and those of the last hour.
CREATE INDEX ticket_open ON pos.ticket (outlet_id, sent_at) WHERE state IN ('new', 'cooking', 'ready');
CREATE INDEX ticket_changed ON pos.ticket (outlet_id, changed_at);

CREATE TABLE pos.ticket_item (
    tenant_id      uuid NOT NULL,
    ticket_item_id uuid NOT NULL,
    ticket_id      uuid NOT NULL,
    outlet_id      uuid NOT NULL,
    order_id       uuid NOT NULL,
    line_id        uuid NOT NULL,
    position       integer NOT NULL,
    name           text NOT NULL,
    qty            bigint NOT NULL,
    modifiers      text[] NOT NULL,
    state          text NOT NULL CHECK (state IN ('new', 'cooking', 'ready', 'served', 'cancelled')),
    version        integer NOT NULL,
    PRIMARY KEY (tenant_id, ticket_item_id)
);
CREATE INDEX ticket_item_ticket ON pos.ticket_item (ticket_id);
CREATE INDEX ticket_item_order ON pos.ticket_item (order_id);

-- What a bump moved, so that a recall can name it and put exactly that back.
CREATE TABLE pos.bump (
    tenant_id  uuid NOT NULL,
    bump_id    uuid NOT NULL,
    ticket_id  uuid NOT NULL,
    staff_id   uuid NOT NULL,
    to_state   text NOT NULL,
    items      uuid[] NOT NULL,
    before     text[] NOT NULL,         -- state of each item before
    undone     boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, bump_id)
);
CREATE INDEX bump_ticket ON pos.bump (ticket_id, created_at);
RESET ROLE;

SELECT mpos.isolate(t) FROM unnest(ARRAY['pos.ticket', 'pos.ticket_item', 'pos.bump']::regclass[]) t;
SELECT mpos.journal('pos.ticket', topic => 'kitchen', outlet => 'outlet_id',
    feed => '{order_id,call_number,channel,table_label,station,course,state,sent_at,last_bump}');
SELECT mpos.journal('pos.ticket_item', topic => 'kitchen', outlet => 'outlet_id',
    feed => '{ticket_id,line_id,position,name,qty,modifiers,state}');
COMMIT;
