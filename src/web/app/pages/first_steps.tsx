// What to do first, while there are no reports.
import { useApi } from '../api';
import { Copy } from '../parts/copy';
import { Text } from '../parts/bits';
import { href } from '../router';
import { time } from '../text';
import type { Mailbox, Mailboxes } from '../types';

const kConfig = `[[mailbox]]
name = "rua"
type = "imap"
host = "imap.example.com"
user = "rua@example.com"
password_file = "/etc/ruagate/rua.password"
processed = "move:Archive"
`;
const kRecord = 'v=DMARC1; p=none; rua=mailto:rua@example.com';

function Code({ text, what }: { text: string; what: string }) {
  return <div class="code"><pre tabIndex={0}>{text}</pre><Copy text={text} what={what} /></div>;
}

function Waiting({ mailboxes }: { mailboxes: Mailbox[] }) {
  return <>
    <p>{mailboxes.length === 1 ? 'One mailbox is' : `${mailboxes.length} mailboxes are`} set up, but no report has come in yet. Reporters send once a day: the first ones come within two days after the record is published.</p>
    <ul class="plain">{mailboxes.map((one) => <li key={one.name}><strong><Text value={one.name} /></strong>: {one.error
      ? <>fails: <Text value={one.error} max={300} /></>
      : <>{one.state}{one.last_pass && `, last read ${time(one.last_pass)}`}{one.ignored > 0 && `, ${one.ignored} mails that are no reports`}</>}</li>)}</ul>
    <p><a href={href(['health'])}>Health</a> shows each mailbox; <a href={href(['rejects'])}>Rejects</a> what could not be read.</p>
  </>;
}

export function FirstSteps() {
  const { data } = useApi<Mailboxes>('mailboxes', 15);
  const mailboxes = data?.mailboxes ?? [];
  return <div class="panel firststeps">
    <h2>No reports yet</h2>
    {mailboxes.length > 0 && <Waiting mailboxes={mailboxes} />}
    <ol class="steps">
      <li><h3>Ask receivers for reports</h3>
        <p>Publish a DMARC record whose <code>rua=</code> names a mailbox of yours. <code>p=none</code> changes nothing for your mail.</p>
        <Code text={kRecord} what="record" /></li>
      <li><h3>Point ruagate at that mailbox</h3>
        <p>In <code>/etc/ruagate/ruagate.toml</code>; then <code>systemctl reload ruagate</code>. Also a maildir, an mbox or a folder: set <code>type</code> and <code>path</code>.</p>
        <Code text={kConfig} what="configuration" /></li>
      <li><h3>Or read what you already have</h3>
        <p>Mails and attachments that you saved, in any wrapping:</p>
        <Code text="ruagate ingest ~/Maildir/.dmarc" what="command" /></li>
    </ol>
  </div>;
}
