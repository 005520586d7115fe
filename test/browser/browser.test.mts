/**
 * One file, so that all of them share one n8n and one Chromium. The search stands first: n8n gives a
 * new node the credential that was made last, and the credentials' tests make some.
 */
import './search.mts';
import './fields.mts';
import './run.mts';
import './simulator.mts';
import './sleeping.mts';
import './trigger.mts';
import './canvases.mts';
import './agentTool.mts';
import './credentials.mts';
