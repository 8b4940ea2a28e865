//go:build !linux

package main

import (
	"context"
	"errors"
	"time"
)

// errOnlyLinux says where the judge works.
var errOnlyLinux = errors.New("-media: needs the kernel timestamps of Linux")

func (b *bench) compareMedia(context.Context, options) error { return errOnlyLinux }

func sendBare(string, int, time.Duration) error { return errOnlyLinux }
