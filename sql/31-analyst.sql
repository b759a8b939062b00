-- Logins of analysts, for the superuser (mpos analyst). A login is named at random: every role of a cluster can read the names of
-- all others, and should learn nothing from them. The name that people use stands in pos.analyst.

CREATE OR REPLACE FUNCTION pos.analyst_tenant(slug text) RETURNS uuid
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tenant uuid := (SELECT d.tenant_id FROM pos.directory d WHERE d.slug = analyst_tenant.slug);
BEGIN
    IF tenant IS NULL THEN
        RAISE EXCEPTION 'no business "%"', slug USING ERRCODE = 'no_data_found';
    END IF;
    RETURN tenant;
END
$$;

-- The login of an analyst; raises when there is none, or when it is not the role that was made for it.
CREATE OR REPLACE FUNCTION pos.analyst_role(slug text, analyst text) RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role text := (SELECT a.role_name FROM pos.analyst a JOIN pg_roles r ON r.oid = a.role_oid AND r.rolname = a.role_name
                   WHERE a.tenant_id = pos.analyst_tenant(slug) AND a.name = analyst);
BEGIN
    IF role IS NULL THEN
        RAISE EXCEPTION 'no analyst "%" of "%"', analyst, slug USING ERRCODE = 'no_data_found';
    END IF;
    RETURN role;
END
$$;

-- verifier: the password as PostgreSQL stores it (SCRAM), so that the password itself never comes here. The setting tells the
-- analyst's tools what the library enforces anyway, with all other limits (extension/src/analyst_limits.c).
CREATE OR REPLACE FUNCTION pos.analyst_create(slug text, analyst text, verifier text) RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tenant uuid := pos.analyst_tenant(slug);
    role text := 'analyst_' || encode(substr(uuid_send(gen_random_uuid()), 1, 5), 'hex');
BEGIN
    IF length(analyst) NOT BETWEEN 1 AND 64 THEN
        RAISE EXCEPTION 'the name of an analyst has 1 to 64 characters' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF EXISTS (SELECT FROM pos.analyst a WHERE a.tenant_id = tenant AND a.name = analyst) THEN
        RAISE EXCEPTION 'there is an analyst "%" of "%" already', analyst, slug USING ERRCODE = 'duplicate_object';
    END IF;
    EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 2 PASSWORD %L
                    IN ROLE mpos_analyst', role, verifier);
    EXECUTE format('ALTER ROLE %I SET default_transaction_read_only = on', role);
    INSERT INTO pos.analyst (tenant_id, analyst_id, role_oid, role_name, name)
    VALUES (tenant, gen_random_uuid(), (SELECT oid FROM pg_roles WHERE rolname = role), role, analyst);
    RETURN role;
END
$$;
COMMENT ON FUNCTION pos.analyst_create(text, text, text) IS 'A login that reads one business; returns its role';

-- The journal gets to know that there is another password, not which.
CREATE OR REPLACE FUNCTION pos.analyst_password(slug text, analyst text, verifier text) RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role text := pos.analyst_role(slug, analyst);
BEGIN
    EXECUTE format('ALTER ROLE %I PASSWORD %L', role, verifier);
    UPDATE pos.analyst a SET version = version + 1 WHERE a.tenant_id = pos.analyst_tenant(slug) AND a.name = analyst;
    RETURN role;
END
$$;
COMMENT ON FUNCTION pos.analyst_password(text, text, text) IS 'Another password for an analyst';

-- Sessions that are open see nothing from their next statement on, and are ended. A role that is gone already is no obstacle.
CREATE OR REPLACE FUNCTION pos.analyst_drop(slug text, analyst text) RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone pos.analyst;
BEGIN
    DELETE FROM pos.analyst a WHERE a.tenant_id = pos.analyst_tenant(slug) AND a.name = analyst RETURNING a.* INTO gone;
    IF gone.role_name IS NULL THEN
        RAISE EXCEPTION 'no analyst "%" of "%"', analyst, slug USING ERRCODE = 'no_data_found';
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE oid = gone.role_oid AND rolname = gone.role_name) THEN
        EXECUTE format('DROP ROLE %I', gone.role_name);
        PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE usesysid = gone.role_oid;
    END IF;
    RETURN gone.role_name;
END
$$;
COMMENT ON FUNCTION pos.analyst_drop(text, text) IS 'Ends an analyst''s sessions and removes the login';

ALTER FUNCTION pos.analyst_tenant(text) OWNER TO mpos_owner;
ALTER FUNCTION pos.analyst_role(text, text) OWNER TO mpos_owner;
ALTER FUNCTION pos.analyst_create(text, text, text) OWNER TO mpos_owner;
ALTER FUNCTION pos.analyst_password(text, text, text) OWNER TO mpos_owner;
ALTER FUNCTION pos.analyst_drop(text, text) OWNER TO mpos_owner;
REVOKE ALL ON FUNCTION pos.analyst_tenant(text), pos.analyst_role(text, text), pos.analyst_create(text, text, text),
    pos.analyst_password(text, text, text), pos.analyst_drop(text, text) FROM PUBLIC;
