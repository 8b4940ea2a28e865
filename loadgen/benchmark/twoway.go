package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// twoWayRate is how fast two-way calls are set up, in calls per second.
const twoWayRate = 200

// callerReport is what the caller's report says of its calls.
type callerReport struct {
	memory float64 // octets a call, in the caller's process: of the system's account, not of the report
	Totals struct {
		Answered uint64 `json:"answered"`
	} `json:"totals"`
	RTP struct {
		Sent     uint64 `json:"packets_sent"`
		Lost     int64  `json:"packets_lost"`
		SendLate struct {
			P99 *float64 `json:"p99"`
		} `json:"send_late_ms"`
	} `json:"rtp"`
	Audio struct {
		MOS struct {
			Min float64  `json:"min"`
			P5  *float64 `json:"p5"`
		} `json:"mos_cqe"`
		Missing *float64 `json:"missing_ratio"`
		OneWay  uint64   `json:"one_way_audio"`
	} `json:"audio"`
	Health struct {
		Limited      bool `json:"limited"`
		MediaLimited bool `json:"media_limited"`
	} `json:"health"`
}

// gatewayReport is what the gateway's report says.
type gatewayReport struct {
	Gateways []struct {
		Received uint64 `json:"rtp_received_packets"`
		Lost     int64  `json:"rtp_lost_packets"`
	} `json:"gateways"`
}

// holdTwoWay lets two sipplan processes, a processor each, hold so many calls with RTP both ways, and prints what the
// calls sounded like.
func (b *bench) holdTwoWay(ctx context.Context, o options) error {
	fmt.Println("two-way G.711 calls between two processes on a processor each; MOS-CQE and loss as the caller heard the gateway")
	fmt.Printf("%7s %9s %8s %8s %10s %12s %12s %11s %11s  %s\n", "calls", "answered", "MOS p5", "lowest", "missing", "lost to us", "lost to it", "late p99", "KiB a call", "generator")
	for _, calls := range o.calls {
		near, far, err := b.twoWay(ctx, o, calls)
		if err != nil {
			return err
		}
		state := "kept its schedule"
		if near.Health.Limited || near.Health.MediaLimited {
			state = "was the limit: this round proves nothing"
		}
		lost := int64(0)
		for _, g := range far.Gateways {
			lost += g.Lost
		}
		fmt.Printf("%7d %9d %8s %8.2f %10s %12d %12d %11s %11.1f  %s\n", calls, near.Totals.Answered, figure(near.Audio.MOS.P5, 2), near.Audio.MOS.Min,
			figure(near.Audio.Missing, 6), near.RTP.Lost, lost, figure(near.RTP.SendLate.P99, 3)+" ms", near.memory/1024, state)
	}
	return nil
}

// figure writes a value that may be missing.
func figure(value *float64, decimals int) string {
	if value == nil {
		return "-"
	}
	return strconv.FormatFloat(*value, 'f', decimals, 64)
}

// twoWay holds the calls once and returns both reports.
func (b *bench) twoWay(ctx context.Context, o options, calls int) (near callerReport, far gatewayReport, err error) {
	port, err := freePort()
	if err != nil {
		return near, far, err
	}
	setUp := time.Duration(float64(calls) / twoWayRate * float64(time.Second))
	hold := setUp + o.length
	address := fmt.Sprintf("127.0.0.1:%d", port)
	gateway, err := b.start(ctx, 1, []string{b.file("sipplan"), "gateway", "--listen", address, "--ports", strconv.Itoa(calls), "--rtp-ports", "10000-19999",
		"--duration", (2*hold + 10*time.Second).String(), "--output", "json"})
	if err != nil {
		return near, far, err
	}
	pause(ctx, settle)
	file := filepath.Join(b.folder, "two-way.json")
	caller, err := b.start(ctx, 0, []string{b.file("sipplan"), "blast", "sip:" + address, "--caps", strconv.Itoa(twoWayRate), "--calls", strconv.Itoa(calls),
		"--arrivals", "constant", "--aht", hold.String(), "--hold", "fixed", "--rtp-ports", "20000-32767", "--ceiling", "off",
		"--drain", (hold + 10*time.Second).String(), "--out", "json=" + file})
	if err != nil {
		_, _ = gateway.end()
		return near, far, err
	}
	near.memory, err = caller.growth(ctx, 300*time.Millisecond, setUp+time.Second)
	near.memory /= float64(calls)
	_, nearErr := caller.wait() // inconclusive is no failure of the comparison
	_, farErr := gateway.end()
	if err = errors.Join(err, farErr); err != nil {
		return near, far, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return near, far, fmt.Errorf("the caller left no report: %w: %w: %s", nearErr, err, caller.out.String())
	}
	if err = json.Unmarshal(text, &near); err != nil {
		return near, far, err
	}
	return near, far, far.read(gateway.out.Bytes())
}

// read finds the report in what a gateway wrote, its progress before it.
func (r *gatewayReport) read(output []byte) error {
	begin := bytes.IndexByte(output, '{')
	if begin < 0 {
		return fmt.Errorf("the gateway left no report: %s", output)
	}
	return json.NewDecoder(bytes.NewReader(output[begin:])).Decode(r)
}
