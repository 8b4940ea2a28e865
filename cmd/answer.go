package cmd

import (
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/sipplan/sipplan/loadgen/gateway"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/scenarios"
	"github.com/spf13/cobra"
)

// answerOptions are the flags of `sipplan answer` beside those of a gateway.
type answerOptions struct {
	gateway  gatewayOptions
	scenario *scenarioFlags
	account  accountFlags
	script   *scriptFlags
	calls    uint64
	realm    string
	proxy    bool
}

// defaultRealm is what a challenge calls itself.
const defaultRealm = "sipplan"

// newAnswerCommand returns `sipplan answer`.
func newAnswerCommand(streams Streams) *cobra.Command {
	o := &answerOptions{gateway: gatewayOptions{named: "answer"}}
	command := &cobra.Command{
		Use:   "answer",
		Short: "Answer calls and other requests as a scenario says",
		Long: `answer is the far end of a test: it answers what comes in as a scenario says, without a limit of
circuits (sipplan gateway has one). A scenario can challenge for credentials; they are those of
--auth-user, or of the columns user and password of --data. It runs until Ctrl-C. With --sipp it runs a
scenario file of SIPp, which answers nothing but what the file says.`,
		Example: `  sipplan answer --listen 127.0.0.1:5060 --scenario phone
  sipplan answer --scenario registrar
  SIPPLAN_PASSWORD=secret sipplan answer --scenario registrar-auth --auth-user alice
  sipplan answer --scenario flows/ivr.yaml --ring 2s
  sipplan answer --sipp uas.xml --inf users.csv -m 500`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			if o.script.given() {
				return o.runScript(command, streams)
			}
			if err := errors.Join(o.script.alone(command), o.apply(streams)); err != nil {
				return usage(err)
			}
			return o.gateway.run(command.Context(), streams)
		},
	}
	flags := command.Flags()
	flags.StringArrayVar(&o.gateway.listen, "listen", []string{"127.0.0.1:5060"}, "address and port to answer on, tcp:, tls:, ws: or wss: before it unless over UDP; repeat it for more")
	o.scenario = addScenario(command, "phone")
	o.script = addScript(command)
	flags.Uint64VarP(&o.calls, "calls", "m", 0, "end once this many calls of a SIPp scenario have come in and are over; 0: never")
	o.gateway.addCommon(command)
	o.account.add(flags)
	flags.StringVar(&o.realm, "realm", defaultRealm, "realm of the challenges")
	flags.BoolVar(&o.proxy, "proxy-auth", false, "challenge with 407 like a proxy, not with 401")
	return command
}

// apply loads the scenario and what it needs.
func (o *answerOptions) apply(streams Streams) error {
	programs, err := o.scenario.programsOf(scenarios.Answerer)
	if err != nil {
		return err
	}
	data, dataErr := o.scenario.table()
	realm, realmErr := o.challenges(streams, data)
	sound, mediaErr := o.gateway.media.media()
	mediaErr = errors.Join(mediaErr, o.gateway.media.readRows(&sound, data), o.gateway.media.readSteps(&sound, o.scenario.scenario, programs))
	if err := errors.Join(dataErr, realmErr, mediaErr); err != nil {
		return err
	}
	circuits := gateway.MaxCircuits
	if !sound.Off {
		circuits = max(1, sound.Ports.Pairs()/max(1, len(o.gateway.listen)))
	}
	o.gateway.ports = []int{circuits}
	o.gateway.adapt = func(cfg *gateway.Config) {
		cfg.Programs, cfg.Data, cfg.Realm = programs, data, realm
		cfg.Media.Rows, cfg.Media.Files = sound.Rows, sound.Files
	}
	return checkChallenges(programs, realm)
}

// challenges returns the realm that the flags describe, nil where there is no account.
func (o *answerOptions) challenges(streams Streams, data *scenarios.Table) (*sip.Realm, error) {
	accounts := sip.AccountTable{}
	account, err := o.account.account(streams.Env)
	if err != nil {
		return nil, err
	}
	if account.User != "" {
		accounts[account.User] = account.Password
	}
	if data != nil {
		user, password := data.Column("user"), data.Column("password")
		for row := range data.Rows() {
			if user >= 0 && password >= 0 {
				accounts[string(data.AppendCell(nil, row, user))] = sip.NewSecret(string(data.AppendCell(nil, row, password)))
			}
		}
	}
	if len(accounts) == 0 {
		return nil, nil
	}
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails (crypto/rand)
	realm, err := sip.NewRealm(sip.RealmConfig{Name: o.realm, Proxy: o.proxy, Replays: rememberedNonces}, accounts, key)
	if err != nil {
		return nil, fmt.Errorf("--realm: %w", err)
	}
	return realm, nil
}

// rememberedNonces is how many nonces may be in use at a time without a caller being challenged anew; their counts
// take 3 MiB.
const rememberedNonces = 1 << 17

// checkChallenges refuses a scenario that asks for credentials where nobody has any.
func checkChallenges(programs []*scenarios.Program, realm *sip.Realm) error {
	for _, p := range programs {
		for i := range p.Steps {
			if p.Steps[i].Op == scenarios.Challenge && realm == nil {
				return fmt.Errorf("--scenario: %s challenges for credentials (line %d); name them by --auth-user or by the columns user and password of --data", p.Name, p.Steps[i].Line)
			}
		}
	}
	return nil
}
