//go:build !linux

package ceiling

import "runtime"

func processorModel() string { return runtime.GOARCH }

func bufferLimits() string { return "" }

func kernelRelease() string { return runtime.GOOS }
