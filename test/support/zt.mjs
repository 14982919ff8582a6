import {readFileSync,readdirSync} from 'node:fs';
import {Emulator} from '../../daemon/screen/emulator.ts';
import {OutputReader, createTitleReader} from '../../daemon/signal/signal.ts';
import {hear,lapse} from '../../daemon/session/hearing.ts';
import {judge} from '../../daemon/session/evidence.ts';
import {aRow} from './sessionRow.ts';
const dialogs={claude:/Do you want to proceed\?|Enter to select|Esc to cancel|Waiting for permission…|Enter to confirm|trust this folder|Do you want to use this API key/,codex:/Would you like to run|Press enter to confirm or esc|enter\/esc confirm|3\. Cancel|Trust this folder\?|enter continue · esc/,gemini:/Allow execution of/,opencode:/Permission required/};
const turns={claude:/esc to interrupt|^\s*[·✢✳✶✻✽*] \p{Lu}[\p{L}-]*…/mu,codex:/Working \(\d/,gemini:/esc to cancel, \d/,opencode:/esc (again to )?interrupt/};
const titles=createTitleReader();
const base=Date.UTC(2026,10,20);
for(const f of readdirSync('test/fixtures/pty')){ const name=f.slice(0,-6); if(process.argv[2]&&!name.startsWith(process.argv[2]))continue;
 const agent=name.startsWith('claude')?'claude':name.startsWith('codex')?'codex':/^(gemini|gm)/.test(name)?'gemini':/^(oc|opencode)/.test(name)?'opencode':'command';
 const e=new Emulator({cols:120,rows:40});
 const scanner=new OutputReader(agent); let row=aRow({agent,status:'running',generation:1}); let seq=0;
 let prev=''; let lastClaim=''; console.log('== '+name);
 const text=()=>{const {active}=e.core.buffers;const out=[];for(let i=active.ybase;i<active.ybase+40;i++){const l=active.lines.get(i);out.push(l?l.translateToString(true):'');}return out.join('\n');};
 for(const line of readFileSync('test/fixtures/pty/'+f,'utf8').trim().split('\n')){const l=JSON.parse(line);
  if(l.o===undefined){ if(l.i!==undefined&&!/^x{3}/.test(l.i)) console.log('      ',l.t,'>',JSON.stringify(l.i).slice(0,60)); continue;}
  const bytes=new TextEncoder().encode(l.o); e.feed(bytes);
  const at=new Date(base+(l.t??0)).toISOString();
  seq+=bytes.length; row={...row,...lapse(row,{seq,bytes:bytes.length,at})};
  for(const report of scanner.push(bytes)) row={...row,...hear(row,[{report,at}],titles)};
  const a=judge(row,row.attention,at); row={...row,attention:a};
  const claim=`${a.state}${a.kind?' '+a.kind:''}: ${a.sentence}`+(row.heard.call?` CALL ${row.heard.call.text}`:'');
  if(claim!==lastClaim){console.log('   ',l.t,claim); lastClaim=claim;}
  const t=text(); const d=dialogs[agent]?.test(t); const w=turns[agent]?.test(t);
  const now=(d?'DIALOG ':'')+(w?'TURN':'');
  if(now!==prev){console.log('            ',l.t,'screen:',now||'-'); prev=now;}
 }}
