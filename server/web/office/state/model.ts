/* The parts of docs/openapi.yaml that only the back office uses. */

export interface Person {
  id: string;
  number: string;
  name: string;
  role: string;
  role_id: string;
  active: boolean;
  has_pin: boolean;
  version: number;
}

export interface Role {
  id: string;
  code: string;
  name: string;
  scopes: string[];
  /** A fraction as text, "0.1" for 10 %; null is no limit. */
  discount_limit: string | null;
  /** Minor units a shift; null is no limit. */
  refund_limit: number | null;
  refresh_hours: number;
  version: number;
}

export interface Outlet {
  id: string;
  code: string;
  name: string;
  timezone: string;
  stations: string[];
  devices: number;
  journal_id: string;
  version: number;
}

export const deviceKinds = ['register', 'kitchen', 'kiosk', 'fridge', 'display'] as const;
export type DeviceKind = (typeof deviceKinds)[number];

export interface Device {
  id: string;
  outlet_id: string;
  code: string;
  name: string;
  kind: DeviceKind;
  series: string;
  state: 'active' | 'revoked';
  key_alg: string | null;
  paired_at: string | null;
  last_seen_at: string | null;
  app: string | null;
  online: boolean;
  version: number;
}

export interface PairingCode {
  device_id: string;
  code: string;
  expires_at: string;
}

export interface OpenSession {
  id: string;
  kind: 'staff' | 'device' | 'api_key';
  staff_id: string | null;
  number: string | null;
  name: string | null;
  device: string | null;
  outlet_id: string;
  created_at: string;
  expires_at: string;
  current: boolean;
}

export interface ApiKey {
  id: string;
  name: string;
  outlet_id: string;
  scopes: string[];
  created_at: string;
  expires_at: string;
  revoked_at: string | null;
}

export interface IdentityProvider {
  issuer: string;
  client_id: string;
  has_secret: boolean;
  role_claim: string;
  role_map: Record<string, string>;
  link_email: boolean;
  enabled: boolean;
  version: number;
}

export interface LicenceAnswer {
  licence: { serial: number; devices?: number; outlets?: number; modules: string[]; valid_from: string; valid_until: string; grace_days: number } | null;
  state?: 'valid' | 'grace' | 'expired';
  days?: number;
  used: { devices: number; outlets: number };
}
