// The frame around every page: who is logged in, where one is, and which page the address asks for.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, loadSession, logout, useSession } from './api';
import { DomainPage } from './pages/domain';
import { HealthPage } from './pages/health';
import { LoginPage } from './pages/login';
import { OverviewPage } from './pages/overview';
import { RejectPage, RejectsPage } from './pages/rejects';
import { RawPage, ReportPage } from './pages/report';
import { ReportsPage } from './pages/reports';
import { SourcePage } from './pages/source';
import { SourcesPage } from './pages/sources';
import { DecisionsPage } from './pages/decisions';
import { Fault, Mark } from './parts/bits';
import { LiveRegion, announce } from './parts/live';
import { cut, visible } from './text';
import { asOf, href, setQuery, useRoute } from './router';

interface Page { title: string; section: string; content: JSX.Element }

function pageOf(path: string[]): Page {
  const [first = 'domains', second, third, fourth] = path;
  const page = (title: string, content: JSX.Element): Page => ({ title, section: first, content });
  if (first === 'domains') {
    if (!second) return page('Domains', <OverviewPage />);
    if (!third) return page(second, <DomainPage domain={second} />);
    if (third === 'sources' && fourth) return page(`${fourth} – ${second}`, <SourcePage domain={second} source={fourth} />);
    if (third === 'sources') return page(`Sources – ${second}`, <SourcesPage domain={second} />);
    if (third === 'decisions') return page(`Decisions – ${second}`, <DecisionsPage domain={second} />);
  }
  if (first === 'reports') {
    if (!second) return page('Reports', <ReportsPage />);
    if (third === 'raw') return page(`Report ${second}, as received`, <RawPage id={second} />);
    if (!third) return page(`Report ${second}`, <ReportPage id={second} />);
  }
  if (first === 'rejects' && !third) {
    return second ? page(`Reject ${second}`, <RejectPage id={second} />) : page('Rejects', <RejectsPage />);
  }
  if (first === 'health' && !second) return page('Health', <HealthPage />);
  return page('Not found', <NotFound />);
}

function NotFound() {
  return <div class="notice"><h1 tabIndex={-1}>No such page</h1><p>The address names nothing here. <a href={href(['domains'])}>All domains</a> is where everything begins.</p></div>;
}

const kSections: [string, string][] = [['domains', 'Domains'], ['reports', 'Reports'], ['rejects', 'Rejects'], ['health', 'Health']];

export function App() {
  const session = useSession();
  const [error, setError] = useState<ApiError | null>(null);
  const ask = () => loadSession().then(() => setError(null), setError);
  useEffect(() => void ask(), []);
  const locked = session !== null && session.login_required && !session.authenticated;
  return <>
    <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById('main')?.focus(); }}>Skip to content</a>
    <Header locked={!session || locked} />
    {error && !session ? <main id="main" tabIndex={-1}><h1>ruagate</h1><Fault error={error} again={ask} /></main>
      : session === null ? <main id="main" tabIndex={-1}><p class="loading" role="status">Loading…</p></main>
      : locked ? <main id="main" tabIndex={-1}><LoginPage /></main>
      : <Pages />}
    <footer><p>Days and times are UTC.</p></footer>
    <LiveRegion />
  </>;
}

function Pages() {
  const { path } = useRoute();
  const page = pageOf(path);
  const first = useRef(true);
  const place = path.join('/');
  useEffect(() => {
    document.title = `${cut(visible(page.title), 120)} – ruagate`;
    if (first.current) { first.current = false; return; }
    scrollTo(0, 0);
    const heading = document.querySelector<HTMLElement>('main h1');
    (heading ?? document.getElementById('main'))?.focus({ preventScroll: true });
    announce(cut(visible(page.title), 120));
  }, [place]);
  const day = asOf();
  return <main id="main" tabIndex={-1} key={place}>
    {day && page.section === 'domains' && <p class="notice warn asof"><Mark state="wait" /><span>Judged as of {day}, with what is known now. <button type="button" class="link" onClick={() => setQuery({ as_of: null })}>Show today</button></span></p>}
    {page.content}
  </main>;
}

function Header({ locked }: { locked: boolean }) {
  const { path } = useRoute();
  const session = useSession();
  const section = path[0] ?? 'domains';
  return <header class="top">
    <a class="brand" href={href(['domains'])}><svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="7" /><path d="M7 23v-4h5v4zM14 23V14h5v9zM21 23V9h5v14z" /></svg>ruagate</a>
    {!locked && <nav aria-label="Main"><ul>
      {kSections.map(([id, title]) => <li key={id}><a href={href([id])} aria-current={section === id ? (path.length <= 1 ? 'page' : 'true') : undefined}>{title}</a></li>)}
    </ul></nav>}
    {!locked && session?.authenticated && <div class="who">
      <span class="dim">{session.name && <bdi>{cut(visible(session.name), 40)}</bdi>}{!session.scopes.includes('operate') && ' (may only read)'}</span>
      {session.via === 'session' && <button type="button" class="small" onClick={() => void logout().then(() => announce('Logged out'))}>Log out</button>}
    </div>}
  </header>;
}
