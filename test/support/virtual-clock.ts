export { settle, VirtualClock } from '@jovo-telephony/telephony/testing';
