import { render } from 'preact';
import { App } from './frame';
import './styles/base.css';
import './styles/parts.css';
import './styles/pages.css';

// The service gives this page for any path: what somebody typed becomes the view.
if (location.pathname !== '/') history.replaceState(null, '', '/#' + location.pathname + location.search);

render(<App />, document.getElementById('app')!);
