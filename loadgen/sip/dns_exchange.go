package sip

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/miekg/dns"
)

// datagramSize is the largest answer over UDP that passes any path unfragmented (DNS flag day 2020).
const datagramSize = 1232

// ask asks one server after another until one of them knows.
func (c *DNSClient) ask(ctx context.Context, name string, kind uint16) (*dns.Msg, error) {
	last := errNoServer
	for range c.cfg.Attempts {
		for _, server := range c.cfg.Servers {
			reply, err := c.exchange(ctx, server, name, kind)
			if err == nil {
				return reply, nil
			}
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			last = fmt.Errorf("DNS server %s: %w", server, err)
		}
	}
	return nil, last
}

// exchange asks one server, again over TCP when the answer was cut off.
func (c *DNSClient) exchange(ctx context.Context, server netip.AddrPort, name string, kind uint16) (*dns.Msg, error) {
	question := new(dns.Msg)
	question.SetQuestion(name, kind)
	question.SetEdns0(datagramSize, false)
	reply, err := c.over(ctx, "udp", server, question)
	if err == nil && reply.Truncated {
		reply, err = c.over(ctx, "tcp", server, question)
	}
	if err != nil {
		return nil, err
	}
	return reply, judge(question, reply)
}

// over sends a question and waits for its answer, until ctx is done at the latest.
func (c *DNSClient) over(ctx context.Context, network string, server netip.AddrPort, question *dns.Msg) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.cfg.Timeout, errNoReply)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, network, server.String())
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	client := dns.Client{Net: network, Timeout: c.cfg.Timeout + time.Second}
	reply, _, err := client.ExchangeWithConn(question, &dns.Conn{Conn: conn})
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return reply, err
}

var errNoReply = errors.New("no reply")

// judge returns an error for a reply from which nothing can be concluded. A server that does not know a
// type of records says NOTIMP, which is as good as having none.
func judge(question, reply *dns.Msg) error {
	asked := question.Question[0]
	if !reply.Response || len(reply.Question) != 1 || reply.Question[0].Qtype != asked.Qtype ||
		dns.CanonicalName(reply.Question[0].Name) != asked.Name {
		return errors.New("reply to another question")
	}
	switch reply.Rcode {
	case dns.RcodeSuccess, dns.RcodeNameError, dns.RcodeNotImplemented:
		return nil
	}
	return errors.New(dns.RcodeToString[reply.Rcode])
}
