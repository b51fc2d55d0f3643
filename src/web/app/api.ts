// Asking the service.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Problem, Session } from './types';

const kBase = '/api/v1/';

export class ApiError extends Error {
  constructor(readonly status: number, readonly code: string, message: string) { super(message); }
}

let session: Session | null = null;
const listeners = new Set<() => void>();

function changed(next: Session): void {
  session = next;
  for (const listener of listeners) listener();
}

export function useSession(): Session | null {
  const [, render] = useState(0);
  useEffect(() => {
    const listener = () => render((n) => n + 1);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return session;
}

export const mayOperate = (): boolean => session?.scopes.includes('operate') ?? false;

export const path = (...segments: (string | number)[]): string => segments.map((one) => encodeURIComponent(one)).join('/');
export const address = (target: string): string => kBase + target;

async function problemOf(answer: Response): Promise<ApiError> {
  const retry = answer.headers.get('Retry-After');
  const later = retry ? ` Try again in ${retry} seconds.` : '';
  try {
    const problem = (await answer.json()) as Problem;
    return new ApiError(answer.status, problem.code, (problem.detail || problem.title) + later);
  } catch {
    return new ApiError(answer.status, 'http_error', `The service answered ${answer.status} ${answer.statusText}.${later}`);
  }
}

async function request(method: string, target: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = {};
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET' && session?.csrf) headers['X-CSRF-Token'] = session.csrf;
  let answer: Response;
  try {
    answer = await fetch(kBase + target, {
      method, headers, signal, credentials: 'same-origin', body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'unreachable', 'The service does not answer. Is `ruagate serve` running?');
  }
  if (answer.ok) return answer;
  const problem = await problemOf(answer);
  // A session that ran out: ask who we are, which brings the login page.
  if (answer.status === 401 && target !== 'session') void loadSession();
  throw problem;
}

export async function loadSession(): Promise<void> {
  changed((await (await request('GET', 'session')).json()) as Session);
}

export async function login(token: string): Promise<void> {
  const next = (await (await request('POST', 'session', { token })).json()) as Session;
  forget();
  changed(next);
}

export async function logout(): Promise<void> {
  await request('DELETE', 'session');
  forget();
  await loadSession();
}

type Change = 'PUT' | 'POST' | 'DELETE';

/** A change after which nothing is asked again by itself: for what may be gone by it. */
export async function changeOnly<T>(method: Change, target: string, body?: unknown): Promise<T | null> {
  const answer = await request(method, target, body);
  forget();
  return answer.status === 204 ? null : ((await answer.json()) as T);
}

/** A change; what was asked before is asked again by everybody who shows it. */
export async function change<T>(method: Change, target: string, body?: unknown): Promise<T | null> {
  const document = await changeOnly<T>(method, target, body);
  refreshAll();
  return document;
}

export async function textOf(target: string, signal: AbortSignal): Promise<string> {
  return (await request('GET', target, undefined, signal)).text();
}

// What was answered last, so that going back shows it at once while it is asked again.
const kKept = 24;
const kept = new Map<string, unknown>();
const refreshers = new Set<() => void>();

function forget(): void { kept.clear(); }

function keep(target: string, document: unknown): void {
  kept.delete(target);
  kept.set(target, document);
  if (kept.size > kKept) kept.delete(kept.keys().next().value!);
}

export function refreshAll(): void {
  forget();
  for (const refresh of refreshers) refresh();
}

export interface Answer<T> { data: T | null; error: ApiError | null; loading: boolean; refresh: () => void }

/** The document at `target` (null: none). `every` seconds it is asked again while the page is seen; unchanged answers cost a 304. */
export function useApi<T>(target: string | null, every = 0): Answer<T> {
  const [state, set] = useState<{ target: string | null; data: T | null; error: ApiError | null; loading: boolean }>(
    { target: null, data: null, error: null, loading: true });
  const [turn, setTurn] = useState(0);
  const refresh = useRef(() => setTurn((n) => n + 1)).current;

  useEffect(() => {
    refreshers.add(refresh);
    return () => void refreshers.delete(refresh);
  }, []);
  useEffect(() => {
    if (!every) return;
    const timer = setInterval(() => { if (!document.hidden) refresh(); }, every * 1000);
    return () => clearInterval(timer);
  }, [every]);
  useEffect(() => {
    if (target === null) return;
    const abort = new AbortController();
    set((old) => ({
      target, loading: true, error: null,
      data: (kept.get(target) as T | undefined) ?? (old.target === target ? old.data : null),
    }));
    request('GET', target, undefined, abort.signal)
      .then((answer) => answer.json())
      .then((data) => { keep(target, data); set({ target, data: data as T, error: null, loading: false }); })
      .catch((error) => {
        if (abort.signal.aborted) return;
        set((old) => ({ ...old, loading: false, error: error instanceof ApiError ? error : new ApiError(0, 'broken', String(error)) }));
      });
    return () => abort.abort();
  }, [target, turn]);

  const mine = state.target === target;
  return { data: mine ? state.data : null, error: mine ? state.error : null, loading: mine ? state.loading : true, refresh };
}
