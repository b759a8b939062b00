SELECT 1 / (relrowsecurity AND relforcerowsecurity)::int FROM pg_class WHERE oid = 'pos.credential'::regclass;
SELECT 1 / (relrowsecurity AND relforcerowsecurity)::int FROM pg_class WHERE oid = 'pos.recovery_code'::regclass;
SELECT email, password_verifier, totp_sealed, totp_confirmed, totp_step FROM pos.credential WHERE false;
