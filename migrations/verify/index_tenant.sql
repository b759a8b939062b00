SELECT 1 / (count(*) = 7)::int FROM pg_indexes WHERE schemaname = 'pos' AND indexdef ~ '\(\w+, tenant_id[,)]'
   AND indexname IN ('suspense_root', 'orders_outlet', 'ticket_open', 'ticket_changed', 'ticket_item_ticket', 'ticket_item_order', 'bump_ticket');
