import { useState } from 'preact/hooks';
import { ApiError, login } from '../api';
import { Fault } from '../parts/bits';
import { announce } from '../parts/live';

export function LoginPage() {
  const [token, setToken] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await login(token.trim());
      announce('Logged in');
    } catch (problem) {
      setError(problem as ApiError);
      setBusy(false);
    }
  };
  return <form class="login panel" onSubmit={submit}>
    <h1 tabIndex={-1}>Log in</h1>
    <p>This service asks who you are. Give a token with the scope <code>read</code>; deciding about senders and working on rejects needs <code>operate</code>, too.</p>
    <label class="field"><span>Token</span>
      <input type="password" value={token} autocomplete="current-password" required spellcheck={false} onInput={(event) => setToken(event.currentTarget.value)} />
    </label>
    {error && <Fault error={error} />}
    <button type="submit" class="primary" disabled={busy}>{busy ? 'Logging in…' : 'Log in'}</button>
    <p class="dim">No token yet? On the server: <code>ruagate token create NAME --scope read --scope operate</code></p>
  </form>;
}
