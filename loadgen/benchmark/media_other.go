//go:build !linux

package main

import (
	"context"
	"errors"
)

// errOnlyLinux says where the judge works.
var errOnlyLinux = errors.New("-media: needs the kernel timestamps of Linux")

func (b *bench) compareMedia(context.Context, options) error { return errOnlyLinux }

func sendBare(options) error { return errOnlyLinux }
